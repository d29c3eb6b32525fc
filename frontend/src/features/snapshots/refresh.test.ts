import { describe, expect, it } from "vitest";
import type { SnapshotRefresh } from "@/lib/api/types";
import { intervalsWith, intervalWords, refreshState } from "./refresh";

const refresh = (state: SnapshotRefresh["state"], is_active: boolean) =>
  ({ state, is_active }) as SnapshotRefresh;

describe("scheduled refreshes", () => {
  it("say how often in words", () => {
    expect(intervalWords(24)).toBe("every day");
    expect(intervalWords(36)).toBe("every 36 hours");
    expect(intervalsWith(36).map((each) => each.value)).toEqual(["1", "6", "24", "168", "720", "36"]);
    expect(intervalsWith(6)).toHaveLength(5);
  });

  it("say first what goes on, then what was asked, then how it went", () => {
    expect(refreshState(refresh("scoring", false))).toBe("running");
    expect(refreshState(refresh("failed", false))).toBe("paused");
    expect(refreshState(refresh("failed", true))).toBe("failed");
    expect(refreshState(refresh("waiting", true))).toBe("active");
  });
});
