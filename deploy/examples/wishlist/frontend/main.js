import { createApp } from 'vue';
import '../../style/base.css';
import './wishlist.css';
import { App } from './app.js';

createApp(App).mount('#app');
