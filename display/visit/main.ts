import { mount } from 'svelte'
import '../../shared/look/base.css'
import Visit from './Visit.svelte'

mount(Visit, { target: document.body })
