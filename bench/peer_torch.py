"""The peer of the training benchmark: the models of lib/model in PyTorch, with the same mathematics on the
same batches.

Reads one JSON request a line ({"file", "model", "variant", "steps"}) and answers with one line of JSON: wall
and processor time of `steps` training steps, after two that do not count, and the loss of the first batch at
the weights of the file.
`ordinary` looks up rows for each sample, as one would write it; `distinct` passes each distinct user and item
of a batch through its layers once, as our kernels do, with torch.unique inside the time. BPR is ordinary alone.
LightGCN's graph is a sparse matrix of users and items together: `ordinary` in coordinates, as in its authors'
public code; `symmetric` in rows (CSR) with a backward pass that is the same product again.
Adam is torch's own, fused where this version has it, and dense: every row moves in each step.
Threads are the environment's (OMP_NUM_THREADS, OPENBLAS_NUM_THREADS, MKL_NUM_THREADS).
"""

import json
import os
import sys
import time
import warnings

import numpy as np
import torch
import torch.nn.functional as F

warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta state")
if os.environ.get("OMP_NUM_THREADS"):
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))

def two_tables(users, items, size):
    return [("user_emb", (users, size)), ("item_emb", (items, size))]


PAIRS = ("bpr", "lightgcn")
SHAPES = {
    "bpr": two_tables,
    "lightgcn": two_tables,
    "dmf": lambda users, items, _size: [
        ("user_emb", (users, 16)),
        ("item_emb", (items, 16)),
        *[
            (f"{side}_{name}", shape)
            for side in ("user", "item")
            for name, shape in (("fc1_w", (64, 16)), ("fc1_b", (64,)), ("fc2_w", (32, 64)), ("fc2_b", (32,)))
        ],
    ],
    "nmf": lambda users, items, _size: [
        ("user_gmf", (users, 16)),
        ("item_gmf", (items, 16)),
        ("user_mlp", (users, 32)),
        ("item_mlp", (items, 32)),
        ("fc1_w", (32, 64)),
        ("fc1_b", (32,)),
        ("out_w", (1, 48)),
        ("out_b", (1,)),
    ],
}


def load(path, model):
    """Weights by name; the batches; the graph.

    A batch is long tensors of users and items, and labels (floats) or items not rated.
    """
    words = np.fromfile(path, dtype=np.uint32)
    users, items, n, batch, size, embedding, edges = (int(x) for x in words[:7])
    flat = torch.from_numpy(words[7 : 7 + size].view(np.float32).copy())
    rest = words[7 + size :]
    third = rest[2 * n : 3 * n]
    third = third.astype(np.int64) if model in PAIRS else third.view(np.float32).copy()
    columns = [rest[0:n].astype(np.int64), rest[n : 2 * n].astype(np.int64), third]
    u, i, y = (torch.from_numpy(column) for column in columns)
    graph = None
    if model == "lightgcn":
        graph = adjacency(rest[3 * n : 3 * n + edges], rest[3 * n + edges :], users, items)
    weights, at = {}, 0
    for name, shape in SHAPES[model](users, items, embedding):
        count = int(np.prod(shape))
        weights[name] = flat[at : at + count].reshape(shape).clone().requires_grad_()
        at += count
    assert at == size, (at, size)
    batches = [tuple(t[k : k + batch] for t in (u, i, y)) for k in range(0, n, batch)]
    return weights, batches, graph


def adjacency(users, items, user_count, item_count):
    """D^-1/2 A D^-1/2, users before items."""
    u, i = (torch.from_numpy(column.astype(np.int64)) for column in (users, items))
    at = torch.cat([torch.stack([u, user_count + i]), torch.stack([user_count + i, u])], 1)
    count = user_count + item_count
    root = torch.bincount(at[0], minlength=count).clamp(min=1).float().rsqrt()
    values = root[at[0]] * root[at[1]]
    return torch.sparse_coo_tensor(at, values, (count, count), check_invariants=False).coalesce()


class SymmetricProduct(torch.autograd.Function):
    """a @ x for a symmetric a."""

    @staticmethod
    def forward(context, a, x):
        context.a = a
        return a @ x

    @staticmethod
    def backward(context, gradient):
        return None, context.a @ gradient.contiguous()


def pair_loss(w, users, rated, drawn, graph):
    """BPR, or LightGCN where there is a graph."""
    p, q = w["user_emb"], w["item_emb"]
    if graph is not None:
        layer = total = torch.cat([p, q])
        for _ in range(3):
            if graph.layout == torch.sparse_coo:
                layer = graph @ layer
            else:
                layer = SymmetricProduct.apply(graph, layer)
            total = total + layer
        p, q = (total / 4).split([len(p), len(q)])
    u = F.embedding(users, p)
    difference = (u * F.embedding(rated, q)).sum(1) - (u * F.embedding(drawn, q)).sum(1)
    return F.softplus(-difference).mean()


def unit(x):
    return x / x.norm(dim=1, keepdim=True).clamp_min(1e-8)


def tower(w, side, rows):
    h = F.relu(F.linear(F.embedding(rows, w[f"{side}_emb"]), w[f"{side}_fc1_w"], w[f"{side}_fc1_b"]))
    return unit(F.relu(F.linear(h, w[f"{side}_fc2_w"], w[f"{side}_fc2_b"])))


def dmf(w, users, items, distinct):
    if not distinct:
        p = (tower(w, "user", users) * tower(w, "item", items)).sum(1)
    else:
        rows, at = torch.unique(users, return_inverse=True)
        columns, to = torch.unique(items, return_inverse=True)
        a, b = tower(w, "user", rows), tower(w, "item", columns)
        p = (a.index_select(0, at) * b.index_select(0, to)).sum(1)
    return p.clamp(1e-6, 1 - 1e-6)


def nmf(w, users, items, distinct):
    if not distinct:
        gmf = F.embedding(users, w["user_gmf"]) * F.embedding(items, w["item_gmf"])
        both = torch.cat([F.embedding(users, w["user_mlp"]), F.embedding(items, w["item_mlp"])], 1)
        h = F.relu(F.linear(both, w["fc1_w"], w["fc1_b"]))
    else:
        rows, at = torch.unique(users, return_inverse=True)
        columns, to = torch.unique(items, return_inverse=True)
        u = F.linear(F.embedding(rows, w["user_mlp"]), w["fc1_w"][:, :32], w["fc1_b"])
        v = F.linear(F.embedding(columns, w["item_mlp"]), w["fc1_w"][:, 32:])
        h = F.relu(u.index_select(0, at) + v.index_select(0, to))
        p = F.embedding(rows, w["user_gmf"]).index_select(0, at)
        gmf = p * F.embedding(columns, w["item_gmf"]).index_select(0, to)
    logit = F.linear(torch.cat([gmf, h], 1), w["out_w"], w["out_b"]).squeeze(1)
    return torch.sigmoid(logit).clamp(1e-6, 1 - 1e-6)


def adam(weights):
    try:
        return torch.optim.Adam(list(weights.values()), lr=1e-3, betas=(0.9, 0.999), eps=1e-8, fused=True)
    except (RuntimeError, TypeError):
        return torch.optim.Adam(list(weights.values()), lr=1e-3, betas=(0.9, 0.999), eps=1e-8)


def answer(request):
    model, distinct = request["model"], request["variant"] == "distinct"
    weights, batches, graph = load(request["file"], model)
    if request["variant"] == "symmetric":
        graph = graph.to_sparse_csr()
    predict = {"dmf": dmf, "nmf": nmf}.get(model)
    optimizer = adam(weights)

    def step(k):
        users, items, labels = batches[k % len(batches)]
        optimizer.zero_grad(set_to_none=True)
        if predict:
            loss = F.binary_cross_entropy(predict(weights, users, items, distinct), labels)
        else:
            loss = pair_loss(weights, users, items, labels, graph)
        loss.backward()
        optimizer.step()
        return loss

    first = float(step(0).detach())
    step(1)
    wall, processor, samples = time.perf_counter(), time.process_time(), 0
    for k in range(request["steps"]):
        step(2 + k)
        samples += len(batches[(2 + k) % len(batches)][0])
    return {
        "wall": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
        "samples": samples,
        "loss": first,
    }


print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
