import { expect, it } from "vitest";
import { trainingFigures } from "./training-figures";

it("the last numbers of a run are told with their units, those of the test split apart", () => {
  const { training, test } = trainingFigures({
    memory_bytes: 610_062_336,
    eval_accuracy: 0.5,
    step_s: 0.25,
    accuracy: 0,
    loss: 1.1,
    eval_loss: null,
    eval_chosen_length: 219.4,
  });
  expect(training.map(({ label, value }) => `${label}: ${value}`)).toEqual([
    "Loss: 1.1",
    "Accuracy: 0.0 %",
    "Last step: 0.25 s",
    "Memory at most: 610 MB",
  ]);
  expect(test.map(({ label, value }) => `${label}: ${value}`)).toEqual([
    "Accuracy: 50.0 %",
    "Chosen length: 219 tokens",
  ]);
});

it("numbers that a method adds stand last, by name", () => {
  const { training } = trainingFigures({ tie_nu: 1, aux: 2, loss: 3 });
  expect(training.map(({ label }) => label)).toEqual(["Loss", "Aux", "Tie nu"]);
});
