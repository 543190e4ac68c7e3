import base from './playwright.config.ts'
const { globalSetup: _g, reporter: _r, ...rest } = base
export default { ...rest, outputDir: '/tmp/s2/pw', reporter: [['list']] as never }
