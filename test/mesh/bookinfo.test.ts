import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request as requestHttp1, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { load } from 'cheerio/slim';
import { type Bookinfo, type BookinfoOptions, startBookinfo } from '../../src/mesh/bookinfo/bookinfo.js';
import { podNames } from '../../src/mesh/pod-names.js';
