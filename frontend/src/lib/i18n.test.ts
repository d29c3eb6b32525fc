import i18next from "i18next";
import { afterEach, describe, expect, it } from "vitest";
import { bestLocale, currentLocale, LOCALES, setLocale, startI18n, t } from "./i18n";

afterEach(async () => {
  await setLocale("en");
  localStorage.clear();
});

describe("languages", () => {
  it("are English and every file there is", () => {
    expect(LOCALES).toContain("en");
    expect(LOCALES).toContain("de");
  });

  it.each([
    [["de-AT", "en"], "de"],
    [["fr", "de"], "de"],
    [["fr"], "en"],
    [[], "en"],
    [["constructor"], "en"],
  ])("wanted as %j come to %s", (wanted, locale) => {
    expect(bestLocale(wanted)).toBe(locale);
  });

  it("are said on the page and kept for later visits", async () => {
    await setLocale("de");
    expect(currentLocale()).toBe("de");
    expect(document.documentElement.lang).toBe("de");
    expect(document.documentElement.dir).toBe("ltr");
    await i18next.changeLanguage("en");
    await startI18n();
    expect(currentLocale()).toBe("de");
  });
});

describe("sentences", () => {
  it("show their own words where there is no translation", () => {
    expect(t("No such sentence: it has a colon. And a dot.")).toBe(
      "No such sentence: it has a colon. And a dot.",
    );
    expect(t("{{done}} of {{total}} rated", { done: 1, total: 3 })).toBe("1 of 3 rated");
  });

  it("keep what is filled in as it is: React makes it safe", () => {
    expect(t("“{{title}}” is missing", { title: "<b>&" })).toBe("“<b>&” is missing");
  });

  it("have plurals", () => {
    expect(t("{{count}} more characters", { count: 1 })).toBe("1 more character");
    expect(t("{{count}} more characters", { count: 2 })).toBe("2 more characters");
  });
});
