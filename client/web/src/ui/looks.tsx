// looks - the language and the colours of the page, each chosen by a press and kept in this browser.
import { choose, language, LANGUAGES, T } from "../core/words";
import { Button } from "./parts";

const NAMES = { fi: "Suomi", sv: "Svenska", en: "English" };

export function Languages() {
	return (
		<div class="row" role="group" aria-label={T("ui.language")}>
			{LANGUAGES.map((one) => (
				<Button key={one} kind="plain" small lang={one} aria-pressed={language.value === one} onClick={() => void choose(one)}>
					{language.value === one ? <strong>{NAMES[one]}</strong> : NAMES[one]}
				</Button>
			))}
		</div>
	);
}

const KEY = "jalka-theme";

export function beginTheme(): void {
	document.documentElement.dataset["theme"] = localStorage.getItem(KEY) ?? "";
}

export function Themes(props: { onChosen: () => void }) {
	const theme = document.documentElement.dataset["theme"] ?? "";
	const set = (next: string) => {
		localStorage.setItem(KEY, next);
		beginTheme();
		props.onChosen();
	};
	return (
		<div class="row">
			<Button kind="second" small aria-pressed={theme === "light"} onClick={() => set("light")}>{T("ui.theme.light")}</Button>
			<Button kind="second" small aria-pressed={theme === "dark"} onClick={() => set("dark")}>{T("ui.theme.dark")}</Button>
			<Button kind="second" small aria-pressed={theme === ""} onClick={() => set("")}>{T("ui.theme.system")}</Button>
		</div>
	);
}
