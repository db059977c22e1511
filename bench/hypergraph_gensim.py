"""Seconds that gensim takes to train on walks, in one thread.

Reads a job (JSON) on stdin, writes {"seconds"}.
"""

import json
import sys
import time

import numpy
from gensim.models import Word2Vec

job = json.load(sys.stdin)
walks = numpy.fromfile(job["file"], dtype="<u4").reshape(-1, job["length"])
sentences = [[str(user) for user in walk] for walk in walks]
model = Word2Vec(
    vector_size=16,
    window=5,
    negative=5,
    min_count=1,
    sample=0,
    alpha=0.025,
    min_alpha=0.0001,
    workers=1,
    sg=int(job["mode"] == "skipgram"),
    epochs=5,
    seed=1,
)
model.build_vocab(sentences)
begun = time.perf_counter()
model.train(sentences, total_examples=len(sentences), epochs=5)
print(json.dumps({"seconds": time.perf_counter() - begun}))
