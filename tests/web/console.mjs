// console - how a browser comes into the administrator's console: by its door, as a person does it.

// `open` of a journey or of browser.mjs (with its look's options); `operator` of World.operator.
export async function enter(open, world, look, operator) {
	const page = await open(`${(await world.center.run("status")).console}/`);
	await look.write(page.getByLabel(look.named("ui.console_door.name")), operator.signIn);
	await look.write(page.getByLabel(look.named("ui.console_door.password")), operator.password);
	await look.write(page.getByLabel(look.named("ui.console_door.code")), await operator.code());
	await look.press(page.getByRole("button", { name: look.T("ui.console_door.sign_in") }));
	await page.locator("#main h1").waitFor({ timeout: 60_000 });
	return page;
}

export async function go(page, look, path, key) {
	await page.evaluate((hash) => { location.hash = hash; }, `#/${path}`);
	await page.getByRole("heading", { level: 1, name: key.startsWith("ui.") ? look.T(key) : key }).waitFor();
}
