"""What the PyTorch sides of the benchmark share: the protocol of bench/alternate.ts, batches and Adam.

A side prints "ready VERSION NOTES". Then, for each line with a number of steps on standard input, it prints the milliseconds that
one step took. Usage of every side: FILE.py THREADS [VARIANT] [--cuda].
"""

import sys
import time

import torch


def variant(default=""):
    """The case of the family that was asked for."""
    given = [a for a in sys.argv[2:] if a != "--cuda"]
    return given[0] if given else default


def adam(parameters, lr, **options):
    """Adam with its fused kernel: the fastest PyTorch has on a CPU, which its users have to ask for."""
    return torch.optim.Adam(parameters, lr=lr, fused=True, **options)


def batches(pool, size, dim=0):
    """Batches of `size` examples, drawn anew at every call from tensors in memory along their axis `dim`."""
    count = pool[0].shape[dim]

    def draw():
        chosen = torch.randint(0, count, (size,))
        return [p.index_select(dim, chosen) for p in pool]

    return draw


def drive(make_step, *notes):
    """Makes the step, a function that trains once and gives the loss, and answers for how long it takes."""
    torch.set_num_threads(int(sys.argv[1]))
    if "--cuda" in sys.argv:
        torch.set_default_device("cuda")  # models, data and noise; the loss that is read ends each step
        notes = (*notes, torch.cuda.get_device_name())
    torch.manual_seed(1)
    step = make_step()

    def measure(steps):
        started = time.perf_counter()
        for _ in range(steps):
            float(step())
        return (time.perf_counter() - started) * 1000 / steps

    measure(2)  # the first steps allocate
    print("ready", torch.__version__, *notes, flush=True)
    for line in sys.stdin:
        print(measure(int(line)), flush=True)
