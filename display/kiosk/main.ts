import { mount } from 'svelte'
import '../../shared/look/base.css'
import './kiosk.css'
import Kiosk from './Kiosk.svelte'

mount(Kiosk, { target: document.body })
