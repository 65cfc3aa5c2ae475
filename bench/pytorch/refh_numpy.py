"""Recipe local/ppc, preset paper, in NumPy: a recurrent exponential-family harmonium of 240 units learns by CD-1 from 15 Poisson neurons that
report a damped spring. 40 fresh sequences of 1000 steps an epoch, one update a step, momentum with a rate for each parameter.

`python refh_numpy.py [float32|float64] [epochs]` prints the wall and CPU time of each epoch, drawing the sequences included. To compare on
one core: OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 here, `helmholtz train local/ppc --preset paper --threads 1` there.
"""

import sys
import time

import numpy as np

BATCH, UNITS, HIDDEN, LENGTH = 40, 15, 240, 1000
RATES = {"Wu": 1 / 50, "Wy": 1 / 800, "bu": 1 / 12, "by": 1 / 200, "bx": 1 / 200}


def sequences(rng):
    """Spikes (time, sequence, neuron)."""
    m, b, k, dt = 5, 0.25, 3, 0.05
    A = np.array([[1, dt], [-k / m * dt, 1 - b / m * dt]])
    spread = np.sqrt([5e-7, 5e-5])
    width = 2 * np.pi / 3
    circle = 15 / 14 * width
    centres = np.linspace(-width / 2, width / 2, UNITS)
    variance = (width / 6) ** 2 / (8 * np.log(2))
    z = np.stack([rng.uniform(-1, 1, BATCH) * (np.pi / 3 - 0.05), rng.normal(0, np.sqrt(5e-10), BATCH)], 1)
    positions = np.empty((LENGTH, BATCH, 1))
    for t in range(LENGTH):
        positions[t] = z[:, :1]
        z = z @ A.T + spread * rng.standard_normal(z.shape)
    d = (positions - centres + circle / 2) % circle - circle / 2
    curves = sum(np.exp(-((d + turn * circle) ** 2) / (2 * variance)) for turn in (-1, 0, 1))
    return rng.poisson(rng.uniform(6.4, 9.6, (LENGTH, BATCH, 1)) * curves)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Refh:
    def __init__(self, rng, dtype):
        self.rng, self.dtype = rng, dtype
        self.p = {
            "Wu": 0.005 * rng.standard_normal((HIDDEN, HIDDEN)),
            "Wy": 0.005 * rng.standard_normal((UNITS, HIDDEN)),
            "bu": np.zeros(HIDDEN),
            "by": np.zeros(UNITS),
            "bx": np.zeros(HIDDEN),
        }
        self.p = {name: value.astype(dtype) for name, value in self.p.items()}
        self.v = {name: np.zeros_like(value) for name, value in self.p.items()}

    def draw(self, mean):
        return (self.rng.random(mean.shape, self.dtype) < mean).astype(self.dtype)

    def up(self, u, y):
        return sigmoid(u @ self.p["Wu"] + y @ self.p["Wy"] + self.p["bx"])

    def step(self, u, y, begins, rate, momentum):
        """One update, in place; gives the state after it."""
        p = self.p
        mean = self.up(u, y)
        x = self.draw(mean)
        u1 = np.zeros_like(u) if begins else self.draw(sigmoid(x @ p["Wu"].T + p["bu"]))
        y1 = self.rng.poisson(np.exp(x @ p["Wy"].T + p["by"])).astype(self.dtype)
        x1 = self.up(u1, y1)
        slopes = {
            "Wu": (u.T @ x - u1.T @ x1) / BATCH,
            "Wy": (y.T @ x - y1.T @ x1) / BATCH,
            "bu": (u - u1).mean(0),
            "by": (y - y1).mean(0),
            "bx": (x - x1).mean(0),
        }
        for name, slope in slopes.items():
            v = self.v[name]
            v *= momentum
            v += (rate * RATES[name]) * slope
            p[name] += v
        return mean


def main(dtype="float64", epochs=3):
    dtype = np.dtype(dtype).type
    rng = np.random.default_rng(1)
    model = Refh(rng, dtype)
    for epoch in range(1, int(epochs) + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        frames = sequences(rng).astype(dtype)
        rate, momentum = dtype(1.1**-epoch), dtype(0.98 - 0.5 * 1.1**-epoch)
        u = np.zeros((BATCH, HIDDEN), dtype)
        for t, y in enumerate(frames):
            u = model.step(u, y, t == 0, rate, momentum)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"epoch {epoch}: {wall:.2f} s wall, {cpu:.2f} s CPU")


if __name__ == "__main__":
    main(*sys.argv[1:])
