// The browser, as every test of it has it.
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** @param options of playwright; args are added to those of every test */
export const launch = ({ args = [], ...options } = {}) =>
  chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...args], ...options });
