// console - the administrator's client: the door, then the page of the address, as the roles allow.
import { route } from "./core/route";
import { start } from "./console/door";
import { Frame } from "./console/frame";
import { pageOf } from "./console/pages";

function Console() {
	const { path, query } = route.value;
	const page = pageOf(path[0]);
	return <Frame page={page}>{page?.show(path.slice(1), query)}</Frame>;
}

void start(() => <Console />);
