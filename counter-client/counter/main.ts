import { mount } from 'svelte'
import '../../shared/look/base.css'
import Page from './Page.svelte'

mount(Page, { target: document.body })
