import { humanize } from "./format";

/** Why a row has no value, said of one row or of many; reasons that are plain words already are not listed. */
const FAILURES: Record<string, string> = {
  model_trained_on_it: "the model was trained on this prompt, so what it says is memory",
  members_trained_on_it: "too few members of the ensemble were not trained on this prompt",
  not_a_safety_topic: "not about safety",
  score_missing: "one side lacks a score that others have",
  no_scores: "came without scores",
  no_source_has_a_margin: "none of the signals has a margin",
  no_better_side: "the label chooses no side",
  no_human_votes: "nobody voted",
  no_vector: "the text has no embedding",
  no_test_items: "the test set has no items to compare with",
  no_words: "no words in it",
  empty: "an empty text",
  too_short: "too short to tell",
  response_too_long: "response longer than the model reads",
  template: "the conversation does not fit the model’s chat template",
  not_a_number: "no finite number came out",
  context_too_long: "longer than the model reads",
  cut_off: "the reply was cut off before its end",
  no_json: "the reply holds no JSON",
  bad_json: "the reply’s JSON cannot be read",
  wrong_shape: "the reply lacks what was asked for",
  ambiguous: "the reply says two things at once",
  empty_reply: "the reply was empty",
  malformed_reply: "the endpoint’s answer cannot be read",
  low_mass: "the model hardly considered the words it was to choose from",
  no_log_probs: "the model gives no probabilities",
  option_not_in_top_logprobs: "the endpoint leaves out the probability of a word it was to give",
  no_principle_applies: "none of its principles is about this row",
  no_preference: "the label prefers no side",
  refused: "the model refused",
  out_of_memory: "the worker ran out of memory",
  failed: "failed without saying why",
};

export function failureWords(reason: string): string {
  return FAILURES[reason] ?? humanize(reason);
}
