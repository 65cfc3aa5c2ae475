"""A convolutional LSTM (Shi et al. 2015, without peepholes) that predicts the next frame of one channel.

Gates i, f, o, g = conv(x; 1 → 4C, k) + conv(h; C → 4C, k) + bias; c ← σ(f)c + σ(i)tanh(g); h = σ(o)tanh(c). Logits of the next frame by a
1×1 convolution; Bernoulli cross-entropy, mean over all; Adam 1e-3. Variants: "16" (batch 32, 10 steps, 32 channels, 16×16, k = 3), "32" (the
same with 32×32), "k5" (batch 16, 20 steps, 32 channels, 16×16, k = 5).

LAYOUT and HOIST (the input convolutions of all steps as one before the loop) are what measured fastest; change them to try the others.
The read-out is one convolution after the loop.
"""

from dataclasses import dataclass

import torch
from drive import adam, batches, drive, variant
from torch import nn
from torch.nn import functional as F

LAYOUT = torch.channels_last
HOIST = False


@dataclass
class Sizes:
    batch: int = 32
    steps: int = 10
    channels: int = 32
    size: int = 16
    kernel: int = 3


VARIANTS = {"16": Sizes(), "32": Sizes(size=32), "k5": Sizes(batch=16, steps=20, kernel=5)}


class Model(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.channels = s.channels
        self.input = nn.Conv2d(1, 4 * s.channels, s.kernel, padding=s.kernel // 2)
        self.recurrent = nn.Conv2d(s.channels, 4 * s.channels, s.kernel, padding=s.kernel // 2, bias=False)
        self.read_out = nn.Conv2d(s.channels, 1, 1)

    def forward(self, frames):
        """frames (time + 1, batch, height, width)"""
        x, target = frames[:-1], frames[1:]
        T, B, H, W = x.shape
        h = torch.zeros(B, self.channels, H, W).to(memory_format=LAYOUT)
        c = torch.zeros_like(h)
        if HOIST:
            driven = self.input(x.reshape(T * B, 1, H, W).to(memory_format=LAYOUT)).split(B)
        hs = []
        for t in range(T):
            drive_t = driven[t] if HOIST else self.input(x[t].unsqueeze(1))
            i, f, o, g = (drive_t + self.recurrent(h)).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            hs.append(h)
        logits = self.read_out(torch.cat(hs)).view(T, B, H, W)
        return F.binary_cross_entropy_with_logits(logits, target)


def make_step(s=Sizes()):
    model = Model(s).to(memory_format=LAYOUT)
    draw = batches([torch.rand(s.steps + 1, 200, s.size, s.size)], s.batch, dim=1)
    optimizer = adam(model.parameters(), 1e-3)

    def step():
        optimizer.zero_grad()
        loss = model(*draw())
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


if __name__ == "__main__":
    drive(lambda: make_step(VARIANTS[variant("16")]), "fused")
