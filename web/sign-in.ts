import { isToken } from "./credentials.ts";
import { element, setText } from "./elements.ts";

/** Asks for a token where the address brought none, or one that the venue does not take. */
export class SignIn {
  readonly #panel = element("sign-in", HTMLElement);
  readonly #why = element("sign-in-why", HTMLElement);
  readonly #token = element("token", HTMLInputElement);

  constructor(options: { onToken: (token: string) => void }) {
    element("sign-in-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const token = this.#token.value.trim();
      if (!isToken(token))
        return setText(this.#why, "That is no token: three parts with points between.");
      this.#token.value = "";
      options.onToken(token);
    });
  }

  /** Takes the place of everything else, which only an operator may see. */
  show(why: string): void {
    setText(this.#why, why);
    this.#panel.hidden = false;
    document.body.dataset["signedIn"] = "false";
    this.#token.focus();
  }

  hide(): void {
    this.#panel.hidden = true;
    document.body.dataset["signedIn"] = "true";
  }
}
