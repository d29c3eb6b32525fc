/** What a file can hold; the server recognises most by itself. Values are the server's words. */
export const IMPORT_FORMATS: { value: string; label: string }[] = [
  { value: "", label: "Recognise by itself" },
];
