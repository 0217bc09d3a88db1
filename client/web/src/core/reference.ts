// reference - what is looked up on the road: municipalities, places, emergency numbers. They stand
// in this machine's book, so they need no network.
import { useAsk, type Asked } from "./live";
import { fieldText } from "./records";
import type { Json } from "./api";
import { language } from "./words";

export interface Emergency {
	id?: string;
	kind: string;
	municipality?: string;
	phone?: string;
	fields?: Json;
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
	emergency: Emergency[];
	municipalities: { env_type_label: string; fields: Json }[];
	places: Place[];
}

export function usePlaces(): Asked<Places> {
	return useAsk<Places>("reference", { what: "places", name: "", kind: "", day: "", lang: language.value });
}

export function municipalityNames(data: Places | null): string[] {
	return [...new Set((data?.municipalities ?? []).map((one) => fieldText(one.fields, "name")))].sort((a, b) => a.localeCompare(b, "fi"));
}
