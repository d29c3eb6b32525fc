import { beforeEach, describe, expect, it } from "vitest";
import type { Me, Role } from "@/lib/api/types";
import { writeSetting } from "@/lib/storage";
import { landing } from "./landing";

function me(...roles: Role[]): Me {
  return {
    id: 1,
    email: "ada@example.org",
    name: "Ada",
    is_simulated: false,
    keymap: {},
    locale: "",
    memberships: roles.map((role, index) => ({
      project: { id: index + 1, name: `Project ${index + 1}` },
      role,
    })),
  };
}

beforeEach(() => localStorage.clear());

describe("the page a person starts on", () => {
  it("is their campaigns when they only annotate", () => {
    expect(landing(me("annotator", "annotator"))).toBe("/annotate");
  });

  it("is their one project", () => {
    expect(landing(me("annotator", "curator"))).toBe("/projects/2");
  });

  it("is the project they were in last", () => {
    writeSetting("last-project", "2");
    expect(landing(me("admin", "reviewer"))).toBe("/projects/2");
  });

  it("is the list when there are several or none", () => {
    expect(landing(me("admin", "reviewer"))).toBe("/projects");
    expect(landing(me())).toBe("/projects");
  });

  it("is never a project they have left", () => {
    writeSetting("last-project", "99");
    expect(landing(me("admin", "reviewer"))).toBe("/projects");
  });
});
