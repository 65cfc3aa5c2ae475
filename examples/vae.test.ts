import { expect, test } from "vitest";
import { trainVae } from "./vae.ts";

test("the example learns: its loss falls below that of the mean image, and it draws 64 pictures", async () => {
  const { losses, picture } = await trainVae({ steps: 60 });
  const late = losses.slice(-10).reduce((a, b) => a + b, 0) / 10;
  expect(losses[0]).toBeGreaterThan(500); // 784 ln 2 = 543 nats for a coin a pixel
  expect(late).toBeLessThan(260);
  expect(picture.data.length).toBe((8 * 58 - 2) ** 2);
});
