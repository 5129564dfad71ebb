import { TABLES } from './table.js';
import { walk } from './walk.js';

walk(TABLES.http2, 4);
