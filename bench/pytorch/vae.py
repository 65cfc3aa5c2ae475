"""The VAE of spec concept/vae: 784-1024-100, tanh, L = 2, batch 100, Adam. Variants: plain Adam, as most scripts write it, or "fused"."""

from dataclasses import dataclass

import torch
from drive import adam, batches, drive, variant
from torch import nn
from torch.nn import functional as F


@dataclass
class Sizes:
    batch: int = 100
    pixels: int = 784
    hidden: int = 1024
    latent: int = 100
    samples: int = 2


class Model(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.sizes = s
        self.encoder = nn.Sequential(nn.Linear(s.pixels, s.hidden), nn.Tanh())
        self.mean = nn.Linear(s.hidden, s.latent)
        self.log_variance = nn.Linear(s.hidden, s.latent)
        self.decoder = nn.Sequential(nn.Linear(s.latent, s.hidden), nn.Tanh(), nn.Linear(s.hidden, s.pixels))

    def forward(self, x):
        s = self.sizes
        h = self.encoder(x)
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn(s.samples, len(x), s.latent)
        logits = self.decoder(z)
        target = x.expand(s.samples, *x.shape)
        reconstruction = F.binary_cross_entropy_with_logits(logits, target, reduction="sum") / (s.samples * len(x))
        kl = 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum(-1).mean()
        return reconstruction + kl


def make_step(s=Sizes()):
    model = Model(s)
    draw = batches([torch.rand(2000, s.pixels)], s.batch)
    make = adam if variant() == "fused" else torch.optim.Adam
    optimizer = make(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        loss = model(*draw())
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


if __name__ == "__main__":
    drive(make_step, variant())
