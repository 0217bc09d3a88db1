/* print_frame - the sheet around a print: style, head with the mark, foot. */
#include "domain/print_frame.h"
#include "domain/print_parts.h"

/* A4; head and foot are those of a table, for every browser repeats them on each page. */
static const char style[] =
	"@page{size:A4;margin:13mm 15mm 15mm 18mm;@bottom-right{content:counter(page) \" / \" counter(pages);font:9pt sans-serif}}\n"
	"*{box-sizing:border-box}\n"
	"body{font:11pt/1.35 \"Source Sans 3\",\"Noto Sans\",\"Liberation Sans\",Arial,sans-serif;color:#000;background:#fff;margin:0;"
	"overflow-wrap:break-word}\n"
	"body.large{font-size:18pt;line-height:1.5}\n"
	"table{border-collapse:collapse;width:100%}\n"
	"table.sheet>*>tr>td{padding:0;vertical-align:top}\n"
	"table.sheet>thead>tr,table.sheet>tfoot>tr{height:0}\n"
	"@media print{html,body,table.sheet{height:100%}}\n"
	"header{display:flex;justify-content:space-between;align-items:flex-start;gap:6mm;border-bottom:1pt solid #000;"
	"padding-bottom:2mm;margin-bottom:5mm;font-size:.82em}\n"
	"header .mark{text-align:right}\n"
	"header .mark b{font-size:1.25em;letter-spacing:.04em;white-space:nowrap}\n"
	"header .mark span{display:block;font-size:.85em}\n"
	"footer{border-top:.5pt solid #000;margin-top:5mm;padding-top:1.5mm;font-size:9pt}\n"
	"h1{font-size:1.6em;line-height:1.2;margin:0 0 4mm}\n"
	"h2{font-size:1.2em;line-height:1.25;margin:5mm 0 1.5mm}\n"
	"h3{font-size:1em;margin:4mm 0 1mm}\n"
	"h1,h2,h3{break-after:avoid}\n"
	"p{margin:0 0 2.5mm;orphans:3;widows:3}\n"
	"dl{margin:0 0 3mm}\n"
	"dl>div{display:flex;gap:4mm;padding:.4mm 0}\n"
	"dl>div.long{display:block}\n"
	"dt{flex:0 0 36%;font-weight:600}\n"
	"dd{margin:0;flex:1;min-width:0}\n"
	"ul{margin:0 0 3mm;padding-left:6mm}\n"
	"ul.marked{list-style:none;padding-left:0}\n"
	"ul.marked>li{padding-left:7mm;text-indent:-7mm}\n"
	"ul.marked>li>b{display:inline-block;width:7mm;text-indent:0}\n"
	"li{margin:.6mm 0;break-inside:avoid}\n"
	".record{break-inside:avoid}\n"
	".record+.record{border-top:.5pt solid #999;padding-top:2mm}\n"
	"table.data{margin:0 0 4mm}\n"
	"table.data th,table.data td{border:.5pt solid #000;padding:1.2mm 2mm;text-align:left;vertical-align:top}\n"
	"table.data th{background:#eee;font-weight:600}\n"
	"table.data tr{break-inside:avoid}\n"
	".warning{border:2pt solid #000;padding:2mm 3mm;font-weight:700;margin:0 0 4mm}\n"
	".line{border-bottom:.5pt solid #555;height:8mm}\n"
	".signs{display:flex;gap:8mm;margin-top:2mm;break-inside:avoid}\n"
	".signs>div{flex:1}\n"
	".signs .place,.signs .name{border-bottom:.5pt solid #000;height:9mm}\n"
	".signs p{margin:.5mm 0 0;font-size:.85em}\n"
	".grid{display:grid;grid-template-columns:1fr 1fr;gap:3mm;margin-bottom:3mm}\n"
	".grid section{border:1pt solid #000;padding:2.5mm;min-height:68mm}\n"
	".grid h2{margin:0 0 1mm}\n"
	".grid dl>div{display:block}\n"
	".grid.dense{font-size:.8em;line-height:1.25}\n"
	".large .grid{display:block}\n"
	".large .grid section{margin-bottom:4mm;min-height:0}\n"
	".large dl>div{display:block}\n"
	".card{width:100mm;border:1pt solid #000;padding:5mm}\n"
	".large .card{width:auto}\n"
	".card h1{font-size:1.2em;margin:0 0 2mm}\n"
	".card h2{font-size:1em;margin:3mm 0 .5mm}\n"
	".card p,.card ul{margin-bottom:1mm}\n"
	".card footer{margin-top:3mm}\n"
	"@media screen{body{max-width:180mm;margin:8mm auto;padding:0 5mm}}\n";

/* The statute of the mark guards what is known of a client; the findings hold nobody, and
 * go to Kela to be read there by many: the mark would be untrue (T4). */
static bool is_secret(const struct print_work *work)
{
	return work->kind != PRINT_FINDINGS;
}

static void put_organiser(struct print_page *page)
{
	print_capital(page);
	if (page->work->organiser.len > 0)
		print_put(page, page->work->organiser);
	else
		print_put_word(page, LABELS_TEXT_SOCIAL_WELFARE);
}

static void put_printed(struct print_page *page)
{
	print_capital(page);
	print_put_word(page, LABELS_TEXT_PRINTED);
	print_put_time(page, page->work->now_ms);
	if (page->work->printed_by.len > 0) {
		print_glue(page, ".");
		print_capital(page);
		print_put_word(page, LABELS_TEXT_PRINTED_BY);
		print_glue(page, ":");
		print_put(page, page->work->printed_by);
	}
}

static void begin_html(struct print_page *page, const char *title)
{
	print_raw(page, "<!DOCTYPE html>\n<html lang=\"");
	print_raw(page, labels_code(page->language));
	print_raw(page, "\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" "
		  "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>");
	print_capital(page);
	print_put(page, span_text(title));
	print_raw(page, "</title>\n<style>\n");
	print_raw(page, style);
	print_raw(page, "</style>\n</head>\n<body");
	print_raw(page, page->work->large ? " class=\"large\">\n" : ">\n");
	page->fresh = true;
}

/* Pages that come apart say whose they are. */
static void begin_head(struct print_page *page)
{
	print_raw(page, "<table class=\"sheet\" role=\"presentation\"><thead><tr><td><header><div>");
	put_organiser(page);
	if (page->work->client != NULL && is_secret(page->work)) {
		print_raw(page, "<br>");
		page->fresh = true;
		print_client_name(page);
	}
	print_raw(page, "</div>");
	if (is_secret(page->work)) {
		print_raw(page, "<div class=\"mark\"><b>");
		page->fresh = true;
		print_put_word(page, LABELS_TEXT_MARK);
		print_raw(page, "</b><span>");
		page->fresh = true;
		print_put_word(page, LABELS_TEXT_MARK_STATUTE);
		print_raw(page, "</span></div>");
	}
	print_raw(page, "</header></td></tr></thead>\n<tfoot><tr><td><footer>");
	page->fresh = true;
	put_printed(page);
	print_raw(page, "</footer></td></tr></tfoot>\n<tbody><tr><td><main>\n<h1>");
	page->fresh = true;
}

static void begin_text(struct print_page *page, const char *title)
{
	page->gap = true;
	if (page->work->kind != PRINT_CARD) {
		if (is_secret(page->work)) {
			print_put_word(page, LABELS_TEXT_MARK);
			print_newline(page);
			print_put_word(page, LABELS_TEXT_MARK_STATUTE);
			print_newline(page);
		}
		put_organiser(page);
		print_newline(page);
	}
	print_title(page, span_text(title), "", "", "=");
}

void print_frame_begin(struct print_page *page, const struct print_work *work, struct wire_out *out, const char *title)
{
	*page = (struct print_page){ .work = work, .out = out, .language = work->language,
				     .html = work->form == PRINT_HTML, .fresh = true };
	if (!page->html) {
		begin_text(page, title);
		return;
	}
	begin_html(page, title);
	if (work->kind == PRINT_CARD)
		print_raw(page, "<main class=\"card\">\n<h1>");
	else
		begin_head(page);
	print_capital(page);
	print_put(page, span_text(title));
	print_raw(page, "</h1>\n");
	page->fresh = true;
}

/* The card has neither head nor the name of who printed it: others may find it (T4). */
static void end_card(struct print_page *page)
{
	print_open_block(page, "<footer>", true);
	print_put_word(page, LABELS_TEXT_MARK);
	print_close_block(page, "</footer>\n</main>\n");
}

void print_frame_end(struct print_page *page)
{
	if (page->work->kind == PRINT_CARD) {
		end_card(page);
	} else if (page->html) {
		print_raw(page, "</main></td></tr></tbody></table>\n");
	} else {
		print_open_line(page, true);
		print_underline(page, "-", PRINT_COLUMNS);
		put_printed(page);
		print_newline(page);
	}
	print_markup(page, "</body>\n</html>\n");
}
