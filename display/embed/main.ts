import { mount } from 'svelte'
import '../../shared/look/base.css'
import '../hall/plain.css'
import Embedded from './Embedded.svelte'

mount(Embedded, { target: document.body })
