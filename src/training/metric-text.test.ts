import { expect, test } from "vitest";
import { headline, metricText, metricUnit } from "./metric-text.ts";

test("a VAE's metrics in words", () => {
  const metrics = { elbo: -98.627, reconstruction: 72.64, kl: 25.987, count: 10000 };
  expect(metricText(metrics)).toBe("ELBO -98.63 nats (reconstruction 72.64, kl 25.99)");
  expect(headline(metrics)).toEqual(["elbo", -98.627]);
});

test("a classifier's: small numbers keep their digits, accuracy is in percent", () => {
  const metrics = { "log-likelihood": -0.02471, "cross-entropy": 0.02471, accuracy: 0.9926, count: 10000 };
  expect(metricText(metrics)).toBe("log-likelihood -0.0247 nats (cross-entropy 0.0247, accuracy 99.26 %)");
});

test("terms of layers name their layer", () => {
  const metrics = { "sum-of-bounds": -12.5, reconstruction1: 10, kl1: 2.5, count: 1 };
  expect(metricText(metrics)).toBe(
    "sum of the layers' bounds -12.50 nats (reconstruction of layer 1 10.00, kl of layer 1 2.5000)",
  );
});

test("an objective alone", () => expect(metricText({ elbo: -1 })).toBe("ELBO -1.0000 nats"));

test("squared errors keep their digits and have their own unit; a ratio has none", () => {
  const metrics = { "decoded-mse": 3.5126e-4, "kalman-ratio": 2.3575, count: 40 };
  expect(metricText(metrics)).toBe("decoded MSE 3.51e-4 rad² (ratio to the Kalman filter 2.3575)");
  expect(["elbo", "accuracy", "kalman-mse", "kalman-ratio"].map(metricUnit)).toEqual(["nats", "%", "rad²", ""]);
});
