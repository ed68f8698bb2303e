const omnicache = require('omnicache')
const testing = require('omnicache/testing')

import('./work.mjs').then(({ work }) => work(omnicache, testing)).then(() => console.log('ok'))
