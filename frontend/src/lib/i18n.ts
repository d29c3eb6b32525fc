/**
 * The words of the annotator's pages in other languages. The English sentence is the key, so a page reads as it
 * shows; `locales/en.json` holds only plurals. A further language is one more file in `src/locales`.
 */
import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import en from "@/locales/en.json";
import { readSetting, writeSetting } from "./storage";

type Catalogue = Record<string, string>;

const SETTING = "locale";
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur", "yi", "ps", "ckb"]);
const files = import.meta.glob<{ default: Catalogue }>(["../locales/*.json", "!../locales/en.json"]);

/** Tags of all languages there is a catalogue for. */
export const LOCALES: readonly string[] = [
  "en",
  ...Object.keys(files).map((path) => path.replace(/^.*\/(.+)\.json$/, "$1")),
].sort();

/** The best catalogue for what is wanted: the very tag, else its language, else English. */
export function bestLocale(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const found = LOCALES.find((each) => each === tag) ?? LOCALES.find((each) => each === tag.split("-")[0]);
    if (found) return found;
  }
  return "en";
}

/** Loads the stored language, else the browser's, before anything is drawn. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    // Sentences contain dots and colons.
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    returnEmptyString: false,
  });
  const stored = readSetting(SETTING);
  await use(bestLocale(stored ? [stored] : navigator.languages));
}

/** Changes the language now and for later visits; "" goes back to the browser's. */
export async function setLocale(tag: string): Promise<void> {
  writeSetting(SETTING, tag || null);
  await use(bestLocale(tag ? [tag] : navigator.languages));
}

export function currentLocale(): string {
  return i18next.language || "en";
}

async function use(tag: string): Promise<void> {
  if (tag === i18next.language && document.documentElement.lang === tag) return;
  const load = files[`../locales/${tag}.json`];
  if (load && !i18next.hasResourceBundle(tag, "translation")) {
    i18next.addResourceBundle(tag, "translation", (await load()).default);
  }
  await i18next.changeLanguage(tag);
  document.documentElement.lang = tag;
  document.documentElement.dir = RIGHT_TO_LEFT.has(tag.split("-")[0] ?? "") ? "rtl" : "ltr";
}

/** `t("Skip this item")`, `t("{{done}} of {{total}}", {done, total})`, `t("{{count}} items", {count})`. */
export function useT() {
  return useTranslation().t;
}

/** For words outside components, such as action labels made once. */
export const t = i18next.t.bind(i18next);

/** Marks a sentence for the catalogues without translating it yet; whoever shows it calls `t`. */
export const msg = (sentence: string): string => sentence;
