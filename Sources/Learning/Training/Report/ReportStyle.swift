/// The look of the report, in light and dark.
enum ReportStyle {
    static let css = """
        :root{--paper:#f6f7f9;--card:#fff;--ink:#16202e;--soft:#5b6878;--faint:#8b97a6;--rule:#e4e8ee;--grid:#edf0f4;
        --c0:#2563eb;--c1:#f97316;--c2:#94a3b8;--c3:#0d9488;--warn:#b45309;--warnpaper:#fff7ed;--good:#15803d;--bad:#b91c1c;color-scheme:light dark}
        @media(prefers-color-scheme:dark){:root{--paper:#0f141b;--card:#171e28;--ink:#e8edf4;--soft:#a3b0c0;--faint:#75839a;--rule:#263040;
        --grid:#222b38;--c0:#60a5fa;--c1:#fb923c;--c2:#64748b;--c3:#2dd4bf;--warn:#fbbf24;--warnpaper:#2a2114;--good:#4ade80;--bad:#f87171}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK SC",sans-serif}
        main{max-width:1060px;margin:0 auto;padding:56px 24px 72px}
        header .over{color:var(--c0);font-size:13px;font-weight:600;letter-spacing:.08em;text-transform:uppercase}
        h1{font-size:38px;line-height:1.15;letter-spacing:-.02em;margin:6px 0 10px;font-weight:680}
        header p{font-size:18px;color:var(--soft);max-width:46em;margin:0}
        h2{font-size:21px;letter-spacing:-.01em;margin:48px 0 14px;font-weight:640}
        .numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:14px;margin:32px 0 0}
        .number{background:var(--card);border:1px solid var(--rule);border-radius:14px;padding:16px 18px}
        .number.first{border-color:var(--c0);box-shadow:inset 0 0 0 1px var(--c0)}
        .number .name{color:var(--soft);font-size:13px}.number .value{font-size:30px;font-weight:660;letter-spacing:-.02em;line-height:1.25;font-variant-numeric:tabular-nums}
        .number .interval{color:var(--faint);font-size:13px;font-variant-numeric:tabular-nums}
        .verdict{margin:22px 0 0;font-size:17px}
        .warning{background:var(--warnpaper);border-left:4px solid var(--warn);border-radius:8px;padding:12px 16px;margin:16px 0 0}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:16px}
        figure,.card{background:var(--card);border:1px solid var(--rule);border-radius:14px;padding:16px 18px;margin:0}
        figcaption{display:flex;flex-wrap:wrap;gap:4px 14px;align-items:baseline;margin-bottom:10px;font-size:15px}
        .hint{color:var(--faint);font-size:13px}.legend{margin-left:auto;display:flex;flex-wrap:wrap;gap:4px 14px;color:var(--soft);font-size:13px}
        .key{display:inline-flex;align-items:center;gap:6px}.key i{width:11px;height:11px;border-radius:50%;display:inline-block}
        i.c0{background:var(--c0)}i.c1{background:var(--c1)}i.c2{background:var(--c2)}i.c3{background:var(--c3)}
        svg{display:block;width:100%;height:auto;font-family:inherit}
        .grid{stroke:var(--grid);stroke-width:1}.tick{fill:var(--faint);font-size:12px;font-variant-numeric:tabular-nums}
        .mark{stroke:var(--faint);stroke-width:1;stroke-dasharray:3 4}
        .line{fill:none;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
        .line.c0,.whisker.c0{stroke:var(--c0)}.line.c1,.whisker.c1{stroke:var(--c1)}.line.c2,.whisker.c2{stroke:var(--c2)}.line.c3,.whisker.c3{stroke:var(--c3)}
        .dot{stroke:var(--card);stroke-width:1.4}.dot.c0{fill:var(--c0)}.dot.c1{fill:var(--c1)}.dot.c2{fill:var(--c2)}.dot.c3{fill:var(--c3)}
        .dot.hidden{fill-opacity:0;stroke-opacity:0}.dot.hidden:hover{fill-opacity:1}
        .whisker{stroke-width:9;stroke-linecap:round;stroke-opacity:.25}
        .name{fill:var(--soft);font-size:13.5px}.value{fill:var(--soft);font-size:13.5px;font-variant-numeric:tabular-nums}.ours{fill:var(--ink);font-weight:640}
        .cell{fill:var(--grid)}.right{fill:var(--c0)}.wrong{fill:var(--c1)}.count{fill:var(--ink);font-variant-numeric:tabular-nums}.onDark{fill:#fff}
        .touch{fill:transparent}.point{fill:var(--c0);fill-opacity:.4}
        table{width:100%;border-collapse:collapse;font-size:15px}th{color:var(--faint);font-weight:500;font-size:13px;text-align:left}
        td,th{padding:9px 12px 9px 0;border-bottom:1px solid var(--rule);vertical-align:top}tr:last-child td{border-bottom:0}
        td.figure,th.figure{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}tr.ours td:nth-child(n){font-weight:640;color:var(--ink)}
        .better{color:var(--good)}.worse{color:var(--bad)}.unclear{color:var(--soft)}
        .scroll{overflow-x:auto}.card h3{margin:0 0 6px;font-size:15px}.card td:first-child{color:var(--soft);width:42%}
        footer{margin-top:56px;color:var(--faint);font-size:13px}
        @media print{body{background:#fff}main{padding:0;max-width:none}figure,.card,.number{break-inside:avoid}}
        @media(max-width:600px){main{padding:32px 16px}h1{font-size:29px}.legend{margin-left:0}}
        """
}
