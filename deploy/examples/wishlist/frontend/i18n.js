import { ref } from 'vue';

const MESSAGES = {
  en: {
    wishlists: 'Wishlists', realtime: 'Live', polling: 'Polling', reconnecting: 'Reconnecting…',
    sync: 'Sync now', logout: 'Log out', login: 'Log in', name: 'Name', password: 'Password',
    wrong: 'Name or password is wrong.', hint: 'In this example: ann, ben or cai, password demo.',
    new: 'New wishlist', title: 'Title', share: 'Share with', create: 'Create', add: 'Add', address: 'Address of the item',
    none: 'No wishlists yet.', empty: 'Nothing in it yet.', by: 'by', pending: 'looking it up…', failed: 'not found',
    take: 'I’ll get it', untake: 'I won’t', taken: 'taken by', remove: 'Remove', resolved: 'Found:', choose: 'Choose a wishlist.',
  },
  ru: {
    wishlists: 'Списки желаний', realtime: 'В реальном времени', polling: 'Опрос', reconnecting: 'Переподключение…',
    sync: 'Обновить', logout: 'Выйти', login: 'Войти', name: 'Имя', password: 'Пароль',
    wrong: 'Неверное имя или пароль.', hint: 'В этом примере: ann, ben или cai, пароль demo.',
    new: 'Новый список', title: 'Название', share: 'Кому показать', create: 'Создать', add: 'Добавить', address: 'Адрес товара',
    none: 'Списков пока нет.', empty: 'Пока пусто.', by: 'от', pending: 'ищем…', failed: 'не найдено',
    take: 'Я подарю', untake: 'Не подарю', taken: 'подарит', remove: 'Удалить', resolved: 'Найдено:', choose: 'Выберите список.',
  },
};

export const language = ref(navigator.language.startsWith('ru') ? 'ru' : 'en');
export const t = (key) => MESSAGES[language.value][key];
