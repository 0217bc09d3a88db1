// reference - what is looked up on the road: municipalities, places, emergency numbers. They stand
// in this machine's book, so they need no network.
import { useAsk, type Asked } from "./live";
import { fieldText } from "./records";
import type { Json } from "./api";
import { language } from "./words";

// Who is called where: the emergency duty of a municipality.
export interface Duty {
	phone: string;
	name: string;
	place: string;
	hours: string;
}
export interface Place {
	id: string;
	type: string;
	kind: string;
	kind_label: string;
	weekday_label?: string;
	fields: Json;
}
export interface Places {
	emergency: { municipality?: string; phone?: string; fields?: Json }[];
	municipalities: { env_type_label: string; fields: Json }[];
	places: Place[];
}

export function usePlaces(): Asked<Places> {
	return useAsk<Places>("reference", { what: "places", name: "", kind: "", day: "", lang: language.value });
}

// Without 112, which is everywhere the same.
export function dutiesOf(data: Places | null): Duty[] {
	return (data?.emergency ?? []).map(({ municipality, phone, fields }) => {
		const place = municipality || fieldText(fields, "municipality");
		return { place, phone: phone || fieldText(fields, "phone"), name: fieldText(fields, "name") || place, hours: fieldText(fields, "hours") };
	}).filter((one) => one.phone !== "" && one.phone !== "112");
}

export function municipalityNames(data: Places | null): string[] {
	return [...new Set((data?.municipalities ?? []).map((one) => fieldText(one.fields, "name")))].sort((a, b) => a.localeCompare(b, "fi"));
}
