"""A recurrent ladder block (Prémont-Schwarz et al. 2017): 32×32 frames of one channel, 5 steps, batch 32; Adam 1e-3.

Encoder, every step t: a convolutional LSTM, 32 channels, k = 3, at 32×32, whose gates are LN(W∗[x(t), d₁(t−1)]) + U∗h, the layer norm over
all four gates; three convolutions k = 3 (32 → 64 → 64 → 64), each with batch norm (statistics of the step) and LeakyReLU 0.2;
max pool 2 → e₂ (64, 16×16); max pool 2 → e₃ (64, 8×8).
Decoder: d₂ = G(v = up e₃, h = e₂), 32 channels, 16×16; d₁ = G(v = up d₂, h = the LSTM's h), 32 channels, 32×32; up: nearest neighbour, twice.
G is convG3: u = relu(LN(A∗v) + LN(B∗h)), s = σ(W∗u), y = s(D∗u) + (1 − s)(E∗u), all k = 3, 32 channels; the layer norms' offsets are c.
Loss: squared error of the next frame (1×1 convolution of d₁), mean over all; cross-entropy over 10 classes at the last step (mean of e₃
over positions, linear).
Layer norm has a gain and an offset a channel. Convolutions before a norm have no bias; W, D and E, one convolution, have none.

LAYOUT is what measured fastest.
"""

from dataclasses import dataclass

import torch
from drive import adam, batches, drive
from torch import nn
from torch.nn import functional as F

LAYOUT = torch.channels_last


@dataclass
class Sizes:
    batch: int = 32
    steps: int = 5
    size: int = 32
    channels: int = 32
    classes: int = 10


def layer_norm(channels):
    """Over channels and positions of an example, with a gain and an offset a channel."""
    return nn.GroupNorm(1, channels)


class Decoder(nn.Module):
    """convG3"""

    def __init__(self, above, beside, channels):
        super().__init__()
        self.A = nn.Conv2d(above, channels, 3, padding=1, bias=False)
        self.B = nn.Conv2d(beside, channels, 3, padding=1, bias=False)
        self.norm_v, self.norm_h = layer_norm(channels), layer_norm(channels)
        self.out = nn.Conv2d(channels, 3 * channels, 3, padding=1, bias=False)

    def forward(self, v, h):
        v = F.interpolate(v, scale_factor=2)
        u = F.relu(self.norm_v(self.A(v)) + self.norm_h(self.B(h)))
        s, d, e = self.out(u).chunk(3, 1)
        return e + torch.sigmoid(s) * (d - e)


def block(channels, to):
    return nn.Sequential(nn.Conv2d(channels, to, 3, padding=1, bias=False), nn.BatchNorm2d(to), nn.LeakyReLU(0.2))


class Model(nn.Module):
    def __init__(self, s):
        super().__init__()
        C = s.channels
        self.channels = C
        self.input = nn.Conv2d(1 + C, 4 * C, 3, padding=1, bias=False)
        self.input_norm = layer_norm(4 * C)
        self.recurrent = nn.Conv2d(C, 4 * C, 3, padding=1, bias=False)
        self.features = nn.Sequential(block(C, 2 * C), block(2 * C, 2 * C), block(2 * C, 2 * C), nn.MaxPool2d(2))
        self.decoder2 = Decoder(2 * C, 2 * C, C)
        self.decoder1 = Decoder(C, C, C)
        self.predict = nn.Conv2d(C, 1, 1)
        self.classify = nn.Linear(2 * C, s.classes)

    def forward(self, frames, label):
        """frames (time + 1, batch, 1, height, width), label (batch)"""
        T, B, _, H, W = frames.shape
        h = torch.zeros(B, self.channels, H, W).to(memory_format=LAYOUT)
        c, d1 = torch.zeros_like(h), torch.zeros_like(h)
        below = []
        for x in frames[:-1]:
            gates = self.input_norm(self.input(torch.cat([x, d1], 1))) + self.recurrent(h)
            i, f, o, g = gates.chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            e2 = self.features(h)
            e3 = F.max_pool2d(e2, 2)
            d1 = self.decoder1(self.decoder2(e3, e2), h)
            below.append(d1)
        predicted = self.predict(torch.cat(below)).view(T - 1, B, 1, H, W)
        logits = self.classify(e3.mean((2, 3)))
        return F.mse_loss(predicted, frames[1:]) + F.cross_entropy(logits, label)


def make_step(s=Sizes()):
    model = Model(s).to(memory_format=LAYOUT)
    draw = batches([torch.rand(s.steps + 1, 100, 1, s.size, s.size)], s.batch, dim=1)
    optimizer = adam(model.parameters(), 1e-3)

    def step():
        optimizer.zero_grad()
        loss = model(*draw(), torch.randint(0, s.classes, (s.batch,)))
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


if __name__ == "__main__":
    drive(make_step, "fused")
