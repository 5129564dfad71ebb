// Writes the kinds and fields of docs/manifests.md anew.
import { writeFileSync } from 'node:fs';
import { manifestPage } from '../dist/test/docs/world/manifest-table.js';

const { file, made } = manifestPage();
writeFileSync(file, made);
