"""The loop that a researcher would write: a Dataset that gives one Python object a sample, a DataLoader that
shuffles and collates them, a module, Adam. Reads samples (uint32 users, items, float32 labels) from a file;
prints one line of JSON.

Arguments: file, model (dmf or nmf), users, items, batch size, samples to be timed.
Threads: PyTorch's default.
"""

import json
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Ratings(Dataset):
    def __init__(self, users, items, labels):
        self.rows = list(zip(users.tolist(), items.tolist(), labels.tolist()))

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, k):
        user, item, label = self.rows[k]
        return torch.tensor(user), torch.tensor(item), torch.tensor(label)


def tower():
    return nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU())


class DMF(nn.Module):
    def __init__(self, users, items):
        super().__init__()
        self.users, self.items = nn.Embedding(users, 16), nn.Embedding(items, 16)
        self.user_tower, self.item_tower = tower(), tower()

    def forward(self, users, items):
        a, b = self.user_tower(self.users(users)), self.item_tower(self.items(items))
        return torch.cosine_similarity(a, b).clamp(1e-6, 1 - 1e-6)


class NMF(nn.Module):
    def __init__(self, users, items):
        super().__init__()
        self.user_gmf, self.item_gmf = nn.Embedding(users, 16), nn.Embedding(items, 16)
        self.user_mlp, self.item_mlp = nn.Embedding(users, 32), nn.Embedding(items, 32)
        self.hidden, self.out = nn.Sequential(nn.Linear(64, 32), nn.ReLU()), nn.Linear(48, 1)

    def forward(self, users, items):
        product = self.user_gmf(users) * self.item_gmf(items)
        hidden = self.hidden(torch.cat([self.user_mlp(users), self.item_mlp(items)], 1))
        p = torch.sigmoid(self.out(torch.cat([product, hidden], 1))).squeeze(1)
        return p.clamp(1e-6, 1 - 1e-6)


path, name, users, items, batch, count = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7])
words = np.fromfile(path, dtype=np.uint32).reshape(3, -1)
torch.manual_seed(1)
data = Ratings(words[0], words[1], words[2].view(np.float32))
model = {"dmf": DMF, "nmf": NMF}[name](users, items)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
loss_of = nn.BCELoss()
seen, began = 0, 0.0
for step, (u, i, y) in enumerate(DataLoader(data, batch_size=batch, shuffle=True)):
    if step == 2:
        began = time.perf_counter()
    optimizer.zero_grad()
    loss = loss_of(model(u, i), y)
    loss.backward()
    optimizer.step()
    if step >= 2:
        seen += len(u)
        if seen >= count:
            break
rate = seen / (time.perf_counter() - began)
print(json.dumps({"rate": rate, "version": torch.__version__, "threads": torch.get_num_threads()}))
