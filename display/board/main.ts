import { mount } from 'svelte'
import '../../shared/look/base.css'
import Board from './Board.svelte'

mount(Board, { target: document.body })
