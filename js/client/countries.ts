import type { Country, FindCountry } from "./country.ts";

/**
 * Two letters of ISO 3166 and the calling code; where they differ from the usual, `-` and the trunk prefix (none if nothing follows),
 * `/` and what is dialled before a number abroad, `#` and the most digits of a national number. Usual are 0, 00, and as many digits as
 * make 15 with the code; in North America 1, 011 and 10. From ITU-T's national numbering plans (E.129) and dialling procedures.
 */
const TABLE = `
AD376- AE971 AF93 AG1 AI1 AL355 AM374 AO244-#9 AR54#11 AS1 AT43 AU61/0011 AW297-#7 AX358/00,990,994,999 AZ994 BA387 BB1 BD880 BE32 BF226-#8
BG359 BH973-#8 BI257-#8 BJ229-#10 BL590 BM1 BN673-#7 BO591 BQ599-#8 BR55 BS1 BT975-#8 BW267-#8 BY375-80/810#9 BZ501-#7 CA1 CC61/0011 CD243
CF236-#8 CG242-#9 CH41 CI225-#10 CK682-#5 CL56-#9 CM237-#9 CN86 CO57-#10 CR506-#8 CU53/119 CV238-#7 CW599-#8 CX61/0011 CY357-#8 CZ420-#9
DE49 DJ253-#8 DK45-#8 DM1 DO1 DZ213 EC593 EE372-#8 EG20 EH212 ER291 ES34-#9 ET251 FI358/00,990,994,999 FJ679-#7 FK500-#5 FM691-#7
FO298-#6 FR33 GA241 GB44 GD1 GE995 GF594 GG44 GH233 GI350-#8 GL299-#6 GM220-#7 GN224-#9 GP590 GQ240-#9 GR30-#10 GT502-#8 GU1 GW245-#9
GY592-/001#7 HK852-/001#8 HN504-#8 HR385 HT509-#8 HU36-06 ID62/001,007,008,009 IE353 IL972/00,012,013,014,018 IM44 IN91 IO246-#7 IQ964 IR98
IS354-#9 IT39-#11 JE44 JM1 JO962 JP81/010 KE254/000 KG996 KH855/001,007,008 KI686-#8 KM269-#7 KN1 KP850 KR82/001,002,00700 KW965-#8 KY1
KZ7-8/810#10 LA856 LB961 LC1 LI423-#9 LK94 LR231 LS266-#8 LT370 LU352-#11 LV371-#8 LY218 MA212 MC377#9 MD373 ME382 MF590 MG261 MH692 MK389
ML223-#8 MM95 MN976 MO853-#8 MP1 MQ596 MR222-#8 MS1 MT356-#8 MU230-#8 MV960-#7 MW265 MX52-#10 MY60 MZ258-#9 NA264 NC687-#6 NE227-#8 NF672-#6
NG234/009 NI505-#8 NL31 NO47-#8 NP977 NR674-#7 NU683-#7 NZ64 OM968-#8 PA507-#8 PE51 PF689-#8 PG675-#8 PH63 PK92 PL48-#9 PM508 PR1 PS970
PT351-#9 PW680-#7 PY595 QA974-#8 RE262 RO40 RS381 RU7-8/810#10 RW250 SA966 SB677-#7 SC248-#7 SD249 SE46 SG65-/000,001,002,008#8 SH290-#5 SI386
SJ47-#8 SK421 SL232 SM378-#10 SN221-#9 SO252 SR597-#7 SS211 ST239-#7 SV503-#8 SX1 SY963 SZ268-#8 TC1 TD235-#8 TG228-#8 TH66/001 TJ992-/810#9
TK690-#7 TL670-#8 TM993-8/810 TN216-#8 TO676-#7 TR90 TT1 TV688-#7 TW886/002 TZ255/000 UA380 UG256/000 US1 UY598 UZ998-/00#9 VA39-#11 VC1
VE58 VG1 VI1 VN84 VU678-#7 WF681-#6 WS685-#7 XK383 YE967 YT262 ZA27 ZM260 ZW263`;

/** The calling code of North America, whose trunk prefix is the same digit. */
const NORTH_AMERICA = "1";
const LONGEST = 15;

const ENTRY = /^([A-Z]{2})(\d+)(?:-(\d*))?(?:\/([\d,]+))?(?:#(\d+))?$/;

let countries: Map<string, Country> | undefined;

export const findCountry: FindCountry = (letters) => {
  countries ??= new Map(TABLE.trim().split(/\s+/).map(readEntry));
  return countries.get(letters.toUpperCase());
};

function readEntry(entry: string): [string, Country] {
  const [, letters = "", code = "", trunk, abroad, longest] = ENTRY.exec(entry) ?? [];
  const usual = code === NORTH_AMERICA ? { trunk: "1", abroad: "011", longest: 10 } : { trunk: "0", abroad: "00", longest: LONGEST - code.length };
  return [letters, { code, trunk: trunk ?? usual.trunk, abroad: (abroad ?? usual.abroad).split(","), longest: Number(longest ?? usual.longest) }];
}
