/** Of the page and nothing else: it loads no other file. */
export const STYLE = `
:root{color-scheme:light;font-family:system-ui,sans-serif;color:#111827;line-height:1.5}
body{margin:0;background:#f9fafb}
.bar{display:flex;justify-content:space-between;align-items:center;gap:1rem;padding:.75rem 2rem;background:#1f2937;color:#fff}
.bar a{color:#fff;text-decoration:none;font-weight:600}
.bar form{display:flex;gap:.5rem}
.bar input{padding:.35rem .6rem;border:0;border-radius:.35rem;font:inherit}
.bar button{padding:.35rem .9rem;border:0;border-radius:.35rem;background:#2563eb;color:#fff;font:inherit;font-weight:600;cursor:pointer}
main{max-width:64rem;margin:0 auto;padding:2rem}
h1{font-size:2.75rem;line-height:1.1;margin:.5rem 0;color:#1e3a8a}
.lead{max-width:46rem;font-size:1.15rem;color:#4b5563}
h4{font-size:1.5rem;margin:2.25rem 0 .75rem}
table{border-collapse:collapse;background:#fff;border-radius:.5rem;overflow:hidden;box-shadow:0 1px 3px #0002}
th,td{padding:.55rem 1.25rem;text-align:left;border-bottom:1px solid #e5e7eb}
th{font-size:.85rem}
td{color:#4b5563}
.reviews{display:flex;flex-wrap:wrap;gap:1.25rem}
section{flex:1 1 20rem;padding:1.5rem;background:#fff;border-radius:.75rem;box-shadow:0 1px 3px #0002}
.flex{display:flex;gap:.25rem}
.flex svg{width:1.25rem;height:1.25rem}
.text-error{color:#b91c1c}
blockquote{margin:1rem 0;font-size:1.1rem;font-weight:600}
blockquote p{margin:0}
.by{display:flex;gap:1rem;align-items:center}
.by img{width:3rem;height:3rem;border-radius:50%;background:#e5e7eb}
.who{font-weight:600}
.served{font-family:ui-monospace,monospace;font-size:.8rem;color:#4b5563;overflow-wrap:anywhere}
`;

/** The face beside a review. */
export const READER =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" rx="24" fill="#dbeafe"/><circle cx="24" cy="19" r="8" fill="#2563eb"/><path d="M9 42c2-10 8-14 15-14s13 4 15 14z" fill="#2563eb"/></svg>';
