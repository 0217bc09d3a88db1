// jsx - what elements are made by; the build puts it into every file (build.mjs).
export { Fragment as jsxFragment, h as jsxH } from "preact";
