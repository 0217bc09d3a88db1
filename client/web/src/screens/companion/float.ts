// float - the companion above all other windows: Document Picture-in-Picture, where there is one.
// The page itself moves there and back; its style comes by the same link, as the policy wants it.
import { signal } from "@preact/signals";

interface PictureInPicture {
	requestWindow(size: { width: number; height: number }): Promise<Window>;
	window: Window | null;
}
const there = (window as unknown as { documentPictureInPicture?: PictureInPicture }).documentPictureInPicture;

export const canFloat = there !== undefined;
export const floating = signal(false);

export async function float(onKey: (event: KeyboardEvent) => void): Promise<void> {
	const app = document.getElementById("app");
	if (there === undefined || app === null)
		return;
	if (there.window !== null) {
		there.window.close();
		return;
	}
	const above = await there.requestWindow({ width: 400, height: 760 });
	const page = above.document, own = document.documentElement;
	page.documentElement.lang = own.lang;
	page.title = document.title;
	page.documentElement.dataset["theme"] = own.dataset["theme"] ?? "";
	for (const link of document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")) {
		const copy = page.createElement("link");
		copy.rel = "stylesheet";
		copy.href = link.href;
		page.head.append(copy);
	}
	page.body.append(app);
	floating.value = true;
	above.addEventListener("keydown", onKey);
	above.addEventListener("pagehide", () => {
		document.body.append(app);
		floating.value = false;
	});
}
