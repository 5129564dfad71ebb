import { TABLES } from './table.js';
import { walk } from './walk.js';

walk(TABLES.envoy, 2);
