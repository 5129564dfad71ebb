import type { Html } from '../markup.js';
import { FINDING_STYLE } from './findings.js';
import { HEAD_STYLE } from './head.js';
import { HEAT_STYLE } from './heat.js';
import { PAGE_STYLE } from './page.js';
import { PICTURE_STYLE } from './pictures.js';
import { PRINT_STYLE } from './print.js';
import { TABLE_STYLE } from './tables.js';
import { THEME } from './theme.js';
import { TRACK_STYLE } from './tracks.js';

/** How the page looks: later ones decide where several say something. */
export const STYLES: readonly Html[] = [
  THEME,
  HEAD_STYLE,
  // It arranges the head anew where there is room.
  PAGE_STYLE,
  TABLE_STYLE,
  FINDING_STYLE,
  PICTURE_STYLE,
  TRACK_STYLE,
  HEAT_STYLE,
  PRINT_STYLE,
];
