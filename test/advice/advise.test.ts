import { expect, it } from "vitest";
import { recommend, type Tried } from "../../lib/advice/advise";

const tried = (label: string, ranking: number, forgetSeconds: number) =>
  ({ label, ranking, own: null, forgetSeconds, nextSeconds: 0 }) as Tried;
const list = { ranking: 0.1, own: null };
const anchors = { popularity: list, itemMean: list };

it("a wait that is shorter by less than half a second recommends no method that ranks worse", () => {
  const slow = [tried("best", 0.9, 0.4), tried("noise", 0.87, 0.1), tried("worse", 0.5, 0)];
  expect(recommend(slow, anchors, "ranking").recommended?.label).toBe("best");
  const slower = [tried("best", 0.9, 3), tried("quick", 0.87, 0.1), tried("worse", 0.5, 0)];
  expect(recommend(slower, anchors, "ranking").recommended?.label).toBe("quick");
});
