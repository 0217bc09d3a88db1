// qr - a code to be read by a camera. It is black on white in the dark too: cameras want it so.
export interface Code {
	size: number; // modules on a side, quiet zone included
	path: string; // of the dark ones
}

export function Qr(props: { code: Code; label: string }) {
	return <svg class="qr" role="img" aria-label={props.label} viewBox={`0 0 ${props.code.size} ${props.code.size}`} shape-rendering="crispEdges"><path d={props.code.path} /></svg>;
}
