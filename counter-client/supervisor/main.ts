import { mount } from 'svelte'
import '../../shared/i18n/live.ts'
import '../../shared/i18n/staff.ts'
import '../../shared/look/base.css'
import Page from './Page.svelte'

mount(Page, { target: document.body })
