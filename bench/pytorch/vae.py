"""The VAE of spec concept/vae as a PyTorch user would train it: 784-1024-100, tanh, L = 2, batch 100, Adam.

Prints "ready" and its version; then, for each line with a number of steps on standard input, the milliseconds that one
step took. Usage: vae.py THREADS [fused]
"""

import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(1)
BATCH, PIXELS, HIDDEN, LATENT, SAMPLES = 100, 784, 1024, 100, 2


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(PIXELS, HIDDEN), nn.Tanh())
        self.mean = nn.Linear(HIDDEN, LATENT)
        self.log_variance = nn.Linear(HIDDEN, LATENT)
        self.decoder = nn.Sequential(nn.Linear(LATENT, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, PIXELS))

    def forward(self, x):
        h = self.encoder(x)
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn(SAMPLES, BATCH, LATENT)
        logits = self.decoder(z)
        target = x.expand(SAMPLES, BATCH, PIXELS)
        reconstruction = F.binary_cross_entropy_with_logits(logits, target, reduction="sum") / (SAMPLES * BATCH)
        kl = 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum(-1).mean()
        return reconstruction + kl


def measure(steps):
    started = time.perf_counter()
    for _ in range(steps):
        optimizer.zero_grad()
        loss = model(data[torch.randint(0, len(data), (BATCH,))])
        loss.backward()
        optimizer.step()
        float(loss.detach())
    return (time.perf_counter() - started) * 1000 / steps


data = torch.rand(2000, PIXELS)
model = VAE()
options = {"fused": True} if "fused" in sys.argv[2:] else {}
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, **options)
measure(20)

print("ready", torch.__version__, *options, flush=True)
for line in sys.stdin:
    print(measure(int(line)), flush=True)
