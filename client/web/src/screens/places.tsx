// places - where a client can be guided: service points, outreach posts and partners of each
// municipality with hours, phone and the way to Kela. From this machine, without a network.
import { useState } from "preact/hooks";
import type { Json } from "../core/api";
import { municipalityNames, usePlaces, type Place } from "../core/reference";
import { fieldText } from "../core/records";
import { capital, T, valueWord } from "../core/words";
import { Choice } from "../ui/field";
import { Busy, Empty, Refused } from "../ui/parts";
import { Call } from "./emergency";
import { Title } from "./frame";

function addressText(fields: Json): string {
	const address = fields["address"] as Json | undefined;
	return ["street", "village", "postal_code", "post_office"].map((name) => fieldText(address, name)).filter(Boolean).join(" ");
}

function minutesText(minutes: unknown): string {
	return typeof minutes === "number" ? `${Math.floor(minutes / 60)}.${String(minutes % 60).padStart(2, "0")}` : "";
}

function OnePlace(props: { place: Place }) {
	const { kind_label, weekday_label, fields } = props.place;
	const list = (name: string) => Array.isArray(fields[name]) ? fields[name] as string[] : [];
	const extras = [...list("features").map((one) => capital(valueWord("service_point_feature", one))), ...list("devices"),
		...(fields["remote_link"] === true ? [T("ui.places.remote")] : [])];
	const name = fieldText(fields, "name");
	const hours = [minutesText(fields["from_minute"]), minutesText(fields["to_minute"])].filter(Boolean).join("–");
	return (
		<div class="row apart">
			<div class="item grow">
				<span><strong>{name}</strong> <span class="quiet">{kind_label}</span></span>
				<span>{[weekday_label ?? "", hours, fieldText(fields, "hours")].filter(Boolean).join(" ")}</span>
				<span class="quiet">{[fieldText(fields, "host"), fieldText(fields, "municipality"), addressText(fields), ...extras].filter(Boolean).join(" · ")}</span>
			</div>
			{fieldText(fields, "phone") !== "" && <Call phone={fieldText(fields, "phone")} name={name} />}
		</div>
	);
}

export function Places() {
	const { data, refusal } = usePlaces();
	const [municipality, setMunicipality] = useState("");
	const [kind, setKind] = useState("");
	const names = municipalityNames(data);
	const kinds = [...new Map((data?.places ?? []).map((one) => [one.kind, one.kind_label])).entries()];
	const here = data?.municipalities.find((one) => fieldText(one.fields, "name") === municipality);
	const shown = (data?.places ?? []).filter((one) => (kind === "" || one.kind === kind) &&
		(municipality === "" || ["", municipality].includes(fieldText(one.fields, "municipality"))));
	return (
		<div class="stack">
			<Title>{T("ui.places.title")}</Title>
			<p class="quiet">{T("ui.places.hint")}</p>
			<Refused refusal={refusal} />
			<div class="card row">
				<div class="grow"><Choice label={T("ui.places.municipality")} list optional value={municipality} onValue={setMunicipality} options={names.map((name) => ({ value: name, label: name }))} /></div>
				<div class="grow"><Choice label={T("ui.places.kind")} list optional value={kind} onValue={setKind} options={kinds.map(([value, label]) => ({ value, label: capital(label) }))} /></div>
			</div>
			{here !== undefined && <p>{capital(here.env_type_label)}{fieldText(here.fields, "kela_distance_km") !== "" && ` · ${T("ui.places.kela", { km: fieldText(here.fields, "kela_distance_km") })}`}</p>}
			<section class="card stack tight" aria-label={T("ui.places.title")}>
				{data === null ? refusal === null && <Busy /> : <p class="quiet" role="status">{T("ui.search.count", { count: shown.length })}</p>}
				{data !== null && shown.length === 0 && <Empty>{T("ui.places.none")}</Empty>}
				<ul class="items">{shown.map((one) => <li key={one.id}><OnePlace place={one} /></li>)}</ul>
			</section>
		</div>
	);
}
