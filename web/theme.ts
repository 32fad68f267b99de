/** From dark to light or back; the page follows the system until somebody chooses. */
export function switchTheme(): void {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const shown = root.dataset["theme"] ?? system;
  root.dataset["theme"] = shown === "dark" ? "light" : "dark";
}
