"""The hierarchical VRNN of Miyoshi et al.: three layers on 64×64 frames of one channel, 20 frames, batch 10; Adam 1e-4.

Layer 1 reads the frame, layer 2 the maps of layer 1's φ_x (16×16×64), layer 3 those of layer 2's (4×4×64), both detached.
φ_x: conv 4×4 stride 2, 64 channels, ReLU, twice, then dense 256 ReLU; in layer 3 three dense 256 ReLU. Posterior: [φ_x, h] → dense 256
ReLU → μ, log σ² of 16 latents. Prior: the same from the h of the layer above; in layer 3 from its own. φ_z: dense 256 ReLU.
Recurrence: h ← tanh(W[φ_x, φ_z, h] + b), 256 units, h_0 = 0. Decoder: [φ_z, h] → dense 4·4·64 ReLU → transposed conv 4×4 stride 2 with
ReLU between, four to the logits, two to the maps of layer 2 (ReLU); in layer 3 dense 256, 256 and 1024, ReLU.
Loss: cross-entropy summed over pixels, ½‖maps − decoder‖² above, and KL of every layer, summed over frames, averaged over the batch.

φ_x, priors and decoders run once over all frames; only posteriors, φ_z and recurrences are in the loop. LAYOUT is what measured fastest
for one layer.
"""

from dataclasses import dataclass

import torch
from drive import adam, batches, drive
from torch import nn
from torch.nn import functional as F

LAYOUT = torch.channels_last
SMALLEST = 4


@dataclass
class Sizes:
    batch: int = 10
    steps: int = 20
    side: int = 64
    layers: int = 3
    channels: int = 64
    hidden: int = 256
    latent: int = 16


def convolutions(count, C, first, last, kind, last_relu):
    made = []
    for i in range(count):
        made += [kind(first if i == 0 else C, last if i == count - 1 else C, 4, 2, 1), nn.ReLU()]
    return made if last_relu else made[:-1]


def dense(*sizes):
    return [m for a, b in zip(sizes, sizes[1:]) for m in (nn.Linear(a, b), nn.ReLU())]


class Layer(nn.Module):
    def __init__(self, s, shape, bottom):
        """shape: of the input, (channels, side, side) or, above the convolutions, (numbers,)"""
        super().__init__()
        C, H, Z = s.channels, s.hidden, s.latent
        numbers = torch.Size(shape).numel()
        side = shape[-1] if len(shape) == 3 else 0
        if side > SMALLEST:
            doublings = (side // SMALLEST).bit_length() - 1
            halvings = min(2, doublings)
            self.shape_above = (C, side >> halvings, side >> halvings)
            flat = torch.Size(self.shape_above).numel()
            self.maps = nn.Sequential(*convolutions(halvings, C, shape[0], C, nn.Conv2d, True))
            self.features = nn.Sequential(nn.Flatten(), *dense(flat, H))
            self.decoder = nn.Sequential(
                *dense(2 * H, C * SMALLEST**2),
                nn.Unflatten(1, (C, SMALLEST, SMALLEST)),
                *convolutions(doublings, C, C, shape[0], nn.ConvTranspose2d, not bottom),
            )
        else:
            self.shape_above = (H,)
            self.maps = nn.Sequential(nn.Flatten(), *dense(numbers, H, H, H))
            self.features = nn.Identity()
            self.decoder = nn.Sequential(*dense(2 * H, H, H, numbers), nn.Unflatten(1, shape))
        self.phi_z = nn.Sequential(*dense(Z, H))
        self.posterior = nn.Sequential(*dense(2 * H, H), nn.Linear(H, 2 * Z))
        self.prior = nn.Sequential(*dense(H, H), nn.Linear(H, 2 * Z))
        self.recurrence = nn.Linear(3 * H, H)


class Model(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.sizes = s
        shape = (1, s.side, s.side)
        layers = []
        for l in range(s.layers):
            layers.append(Layer(s, shape, bottom=l == 0))
            shape = layers[-1].shape_above
        self.layers = nn.ModuleList(layers)

    def forward(self, frames, noise=None):
        """frames (time, batch, height, width), noise (layer, time, batch, latent) → the loss, averaged over the batch"""
        s = self.sizes
        T, B = frames.shape[:2]
        if noise is None:
            noise = torch.randn(s.layers, T, B, s.latent)
        reads, seen = [], []
        x = frames.reshape(T * B, 1, s.side, s.side).to(memory_format=LAYOUT)
        for layer in self.layers:
            maps = layer.maps(x)
            reads.append(x)
            seen.append(layer.features(maps).view(T, B, s.hidden))
            x = maps.detach()

        states = [torch.zeros(B, s.hidden)] * s.layers
        befores, features, beliefs = ([[] for _ in self.layers] for _ in range(3))
        for t in range(T):
            after = []
            for l, layer in enumerate(self.layers):
                h = states[l]
                belief = layer.posterior(torch.cat([seen[l][t], h], 1))
                mean, log_variance = belief.chunk(2, 1)
                feature = layer.phi_z(torch.addcmul(mean, torch.exp(0.5 * log_variance), noise[l, t]))
                befores[l].append(h)
                features[l].append(feature)
                beliefs[l].append(belief)
                after.append(torch.tanh(layer.recurrence(torch.cat([seen[l][t], feature, h], 1))))
            states = after

        before = [torch.cat(b) for b in befores]
        loss = 0
        for l, layer in enumerate(self.layers):
            decoded = layer.decoder(torch.cat([torch.cat(features[l]), before[l]], 1))
            if l == 0:
                fit = F.binary_cross_entropy_with_logits(decoded, reads[l], reduction="sum")
            else:
                fit = 0.5 * F.mse_loss(decoded, reads[l], reduction="sum")
            mq, lq = torch.cat(beliefs[l]).chunk(2, 1)
            mp, lp = layer.prior(before[min(l + 1, s.layers - 1)]).chunk(2, 1)
            kl = 0.5 * (lp - lq + torch.exp(lq - lp) + (mq - mp).square() * torch.exp(-lp) - 1).sum()
            loss = loss + fit + kl
        return loss / B


def make_step(s=Sizes()):
    model = Model(s).to(memory_format=LAYOUT)
    draw = batches([torch.rand(s.steps, 100, s.side, s.side)], s.batch, dim=1)
    optimizer = adam(model.parameters(), 1e-4)

    def step():
        optimizer.zero_grad()
        loss = model(*draw())
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


if __name__ == "__main__":
    drive(make_step, "fused")
