// virtual - a long list of which only what is in sight is in the page: it opens at once
// with thousands of entries and scrolls smoothly. Heights are estimated, then measured.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

const ESTIMATE_PX = 76, MARGIN_PX = 800;

// By the script: a style in the markup is what the page's policy forbids.
function setHeight(li: HTMLLIElement | null, px: number): void {
	if (li !== null)
		li.style.height = `${px}px`;
}

export function Virtual<T>(props: { items: T[]; keyOf: (item: T) => string; label: string; children: (item: T) => ComponentChildren }) {
	const box = useRef<HTMLUListElement>(null);
	const heights = useRef(new Map<string, number>());
	const [view, setView] = useState({ from: 0, to: Math.min(props.items.length, 30) });
	const heightOf = (i: number) => heights.current.get(props.keyOf(props.items[i]!)) ?? ESTIMATE_PX;

	const measure = () => {
		const top = box.current === null ? 0 : box.current.getBoundingClientRect().top;
		let from = 0, y = top;
		while (from < props.items.length && y + heightOf(from) < -MARGIN_PX)
			y += heightOf(from++);
		let to = from;
		while (to < props.items.length && y < innerHeight + MARGIN_PX)
			y += heightOf(to++);
		setView((before) => before.from === from && before.to === to ? before : { from, to });
	};
	useEffect(() => {
		let waiting = 0;
		const later = () => {
			cancelAnimationFrame(waiting);
			waiting = requestAnimationFrame(measure);
		};
		addEventListener("scroll", later, { passive: true });
		addEventListener("resize", later);
		later();
		return () => {
			cancelAnimationFrame(waiting);
			removeEventListener("scroll", later);
			removeEventListener("resize", later);
		};
	}, [props.items]);
	useLayoutEffect(() => {
		for (const child of box.current?.children ?? []) {
			const key = child.getAttribute("data-key");
			if (key !== null)
				heights.current.set(key, child.getBoundingClientRect().height);
		}
	});
	let before = 0, after = 0;
	for (let i = 0; i < view.from; i++)
		before += heightOf(i);
	for (let i = view.to; i < props.items.length; i++)
		after += heightOf(i);
	return (
		<ul class="items" ref={box} aria-label={props.label}>
			{before > 0 && <li aria-hidden="true" ref={(li) => setHeight(li, before)} />}
			{props.items.slice(view.from, view.to).map((item, i) => (
				<li key={props.keyOf(item)} data-key={props.keyOf(item)} aria-setsize={props.items.length} aria-posinset={view.from + i + 1}>{props.children(item)}</li>
			))}
			{after > 0 && <li aria-hidden="true" ref={(li) => setHeight(li, after)} />}
		</ul>
	);
}
