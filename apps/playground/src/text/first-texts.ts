/** Texts that a visitor finds: a few lines of our own, and quatrains of the Tang (8th and 9th century). */
const rooms = `
The cat sleeps in the warm kitchen.
The dog sleeps by the cold door.
The bird sings in the green garden.
The boy reads in the quiet room.
The girl sings in the warm kitchen.
In the morning the bird sings in the garden.
In the evening the cat sleeps by the fire.
In the morning the boy eats bread in the kitchen.
In the evening the girl reads by the fire.
The dog waits by the door for the boy.
The cat waits by the door for the girl.
The girl opens the door for the cat.
The boy opens the door for the dog.
The bird waits in the garden for the morning.
In winter the garden is cold and the fire is warm.
In summer the garden is green and the kitchen is cold.
In winter the cat sleeps by the warm fire.
In summer the dog sleeps in the green garden.
The boy eats bread and the dog eats bread.
The girl drinks milk and the cat drinks milk.
The cat drinks milk in the morning.
The dog eats bread in the evening.
The boy reads a book by the fire.
The girl reads a book in the garden.
The bird sings and the girl sings.
The cat sleeps and the dog sleeps.
In the morning the girl opens the window for the bird.
In the evening the boy opens the window for the cat.
The bird sings by the window in the morning.
The cat waits by the window in the evening.
In winter the bird waits by the cold window.
In summer the bird sings in the warm garden.
The girl eats bread by the window.
The boy drinks milk by the fire.
The dog waits in the cold garden.
The cat sleeps in the quiet room.
In the evening the room is quiet and warm.
In the morning the kitchen is warm and green.
The boy sleeps in the quiet room in winter.
The girl sleeps by the window in summer.
The horse waits by the gate in the morning.
The horse eats grass in the green garden.
The farmer opens the gate for the horse.
The farmer drinks tea in the kitchen.
In the morning the farmer opens the gate.
In the evening the farmer reads by the fire.
The horse sleeps in the quiet barn.
The dog sleeps in the quiet barn in summer.
The farmer waits by the gate for the boy.
The boy waits by the gate for the horse.
In winter the barn is cold and the kitchen is warm.
In summer the barn is warm and the room is quiet.
The bird sings by the barn in the evening.
The horse drinks water in the barn.
The dog drinks water in the garden.
The cat drinks milk in the barn.
The girl drinks tea by the fire.
The farmer eats bread in the evening.
The boy opens the barn for the horse.
The girl opens the gate for the dog.
In the morning the horse eats grass.
In the evening the dog eats bread by the door.
The farmer reads a book in the quiet room.
The farmer sings in the cold barn.
In winter the horse eats grass in the barn.
In winter the farmer drinks tea by the fire.
In summer the girl reads in the green garden.
In summer the boy sleeps by the open window.
The horse waits and the farmer waits.
The farmer eats bread and the horse eats grass.
The bird sings in the open barn.
The cat sleeps by the open door.
The gate is open and the horse is in the garden.
The door is open and the cat is in the kitchen.
The window is open and the bird is in the room.
The fire is warm and the tea is warm.
The dog is in the barn and the cat is by the fire.
The boy is in the kitchen and the girl is in the garden.
In the morning the gate is open.
In the evening the door is cold and the fire is warm.
`;

const verse = `
床前明月光，疑是地上霜。
举头望明月，低头思故乡。
春眠不觉晓，处处闻啼鸟。
夜来风雨声，花落知多少。
白日依山尽，黄河入海流。
欲穷千里目，更上一层楼。
红豆生南国，春来发几枝。
愿君多采撷，此物最相思。
空山不见人，但闻人语响。
返景入深林，复照青苔上。
独坐幽篁里，弹琴复长啸。
深林人不知，明月来相照。
君自故乡来，应知故乡事。
来日绮窗前，寒梅著花未。
千山鸟飞绝，万径人踪灭。
孤舟蓑笠翁，独钓寒江雪。
松下问童子，言师采药去。
只在此山中，云深不知处。
向晚意不适，驱车登古原。
夕阳无限好，只是近黄昏。
锄禾日当午，汗滴禾下土。
谁知盘中餐，粒粒皆辛苦。
众鸟高飞尽，孤云独去闲。
相看两不厌，只有敬亭山。
白发三千丈，缘愁似个长。
不知明镜里，何处得秋霜。
山中相送罢，日暮掩柴扉。
春草明年绿，王孙归不归。
人闲桂花落，夜静春山空。
月出惊山鸟，时鸣春涧中。
绿蚁新醅酒，红泥小火炉。
晚来天欲雪，能饮一杯无。
移舟泊烟渚，日暮客愁新。
野旷天低树，江清月近人。
终南阴岭秀，积雪浮云端。
林表明霁色，城中增暮寒。
岭外音书断，经冬复历春。
近乡情更怯，不敢问来人。
`;

/** What each is called in a link, and for people. */
export const firstTexts = {
  rooms: { title: 'Cat, dog, bird', text: rooms.trim(), question: 'The cat sleeps by the [MASK].' },
  verse: { title: 'Tang quatrains', text: verse.trim(), question: '床前明[MASK]光，疑是地上霜。' },
} as const;

/** A first text, by its name. */
export type FirstTextName = keyof typeof firstTexts;
