import { mount } from 'svelte'
import '../../shared/look/base.css'
import './plain.css'
import Hall from './Hall.svelte'

mount(Hall, { target: document.body })
