/** A row with one character to guess. */
export interface Riddle {
  readonly verse: string;
  /** Place of the character in the row, 0 for the first. */
  readonly place: number;
}

/** The row as it is asked. */
export const askedOf = ({ verse, place }: Riddle): string => `${verse.slice(0, place)}[MASK]${verse.slice(place + 1)}`;

/** The character that the poet wrote. */
export const answerOf = ({ verse, place }: Riddle): string => verse[place] as string;

/** 孟浩然, 春曉: everybody knows it, and no encoder is shown it. */
export const famous: Riddle = { verse: '春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。', place: 9 };

/** Beginnings of twenty Tang poems that many know by heart, as the package prints them; row i asks for place `(7·i + 5) mod 24`, or the next that is no mark. */
export const riddles: readonly Riddle[] = [
  // 張九齡, 望月懷遠
  { verse: '海上生明月，天涯共此時。情人怨遙夜，竟夕起相思。', place: 6 },
  // 王維, 山居秋暝
  { verse: '空山新雨後，天氣晚來秋。明月松間照，清泉石上流。', place: 12 },
  // 王維, 使至塞上
  { verse: '單車欲問邊，屬國過居延。征蓬出漢塞，歸雁入胡天。', place: 19 },
  // 王維, 輞川集 鹿柴
  { verse: '空山不見人，但聞人語響。返景入深林，復照青苔上。', place: 2 },
  // 王維, 皇甫嶽雲溪雜題五首 鳥鳴澗
  { verse: '人閑桂花落，夜靜春山空。月出驚山鳥，時鳴春澗中。', place: 9 },
  // 孟浩然, 與諸子登峴山
  { verse: '人事有代謝，往來成古今。江山留勝跡，我輩復登臨。', place: 16 },
  // 孟浩然, 過故人莊
  { verse: '故人具雞黍，邀我至田家。綠樹村邊合，青山郭外斜。', place: 0 },
  // 孟浩然, 宿建德江
  { verse: '移舟泊煙渚，日暮客愁新。野曠天低樹，江清月近人。', place: 6 },
  // 李白, 靜夜思
  { verse: '牀前看月光，疑是地上霜。舉頭望山月，低頭思故鄉。', place: 13 },
  // 李白, 送友人
  { verse: '青山橫北郭，白水遶東城。此地一爲別，孤蓬萬里征。', place: 20 },
  // 李白, 獨坐敬亭山
  { verse: '衆鳥高飛盡，孤雲獨去閑。相看兩不厭，只有敬亭山。', place: 3 },
  // 朱斌, 登樓
  { verse: '白日依山盡，黃河入海流。欲窮千里目，更上一層樓。', place: 10 },
  // 杜甫, 春夜喜雨
  { verse: '好雨知時節，當春乃發生。隨風潛入夜，潤物細無聲。', place: 18 },
  // 杜甫, 八陣圖
  { verse: '功蓋三分國，名高八陣圖。江流石不轉，遺恨失吞吳。', place: 0 },
  // 王建, 故行宮
  { verse: '寥落古行宮，宮花寂寞紅。白頭宮女在，閑坐說玄宗。', place: 7 },
  // 白居易, 賦得古原草送別
  { verse: '離離原上草，一歲一枯榮。野火燒不盡，春風吹又生。', place: 14 },
  // 孫革, 訪羊尊師
  { verse: '松下問童子，言師採藥去。只在此山中，雲深不知處。', place: 21 },
  // 張祜, 宮詞二首 一
  { verse: '故國三千里，深宮二十年。一聲河滿子，雙淚落君前。', place: 4 },
  // 李商隱, 樂遊原
  { verse: '向晚意不適，驅車登古原。夕陽無限好，只是近黃昏。', place: 12 },
  // 杜甫, 春望
  { verse: '國破山河在，城春草木深。感時花濺淚，恨別鳥驚心。', place: 18 },
];
