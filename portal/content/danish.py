"""Danish help pages."""

from portal.content.page import Page

PAGES: dict[str, Page] = {
    "guide": Page(
        "En tur gennem demonstrationen",
        "Hvem du kan logge på som, og hvad hver af dem kan vise dig på ti minutter.",
        """Dette er en demonstration med opdigtede virksomheder og opdigtede priser. Alle logger på med adgangskoden \
demo-demo-demo.

Mette Lund (mette@nordvind.example) tager sig af Nordvind A/S. Virksomheden har en Express-lokation, hvor hver \
licenslinje fornyes på sin egen dato, og en aftale med to lokationer, i Aarhus og Odense. Vælg nogle af \
Express-linjerne, og begynd en overførsel: Du ser planen, kontrollerne, og hvad flytningen betyder for dækning, pris \
og point. Aftalen mangler 310 point til næste niveau, så det er ikke ligegyldigt, hvor mange linjer du tager med.

Lars Holm (lars@fjordbyg.example) har kun Express: seks linjer, seks fornyelsesdatoer og ingen aftale. Hans \
forhandler, Jonas Dahl (jonas@partner.example), har fuldmagt. Log på som Jonas for at tilmelde Fjordbyg ApS, hente \
formularen til overførsel, udfylde den og sende den ind; hver række får svar.

Rikke Friis (rikke@rep.example) og Søren Vad (soren@rep.example) er IBM-konsulenter vedrørende fornyelse for Danmark. \
De godkender tilmeldinger og afgør anmodninger ved deres skrivebord, men aldrig en, de selv har lavet.

Anna Berg (anna@sydhavn.example) hører til en anden virksomhed. Log på som hende for at se, at hun intet ser af alt \
dette. Operatøren (admin@portal.example) skriver disse hjælpesider.""",
    ),
    "how-to-enroll": Page(
        "Sådan tilmelder du dig",
        "Hvilken formular der åbner en lokation, hvem der skriver under, og hvad du har i hånden bagefter.",
        """Du tilmelder en lokation, ikke et produkt. Den første bliver Oprindelig Lokation og åbner aftalen; kontorer \
og datterselskaber kommer til senere som Ekstra Lokationer. Der er intet mindstekrav til point eller mængde.

En tilmelding oplyser virksomheden med CVR-nummer og adresse, om den er Erhvervskunde, Offentlig virksomhed eller \
uddannelsesinstitution, og hvem der er Primær Kontaktperson. Administrativ og teknisk kontaktperson er frivillige; \
mangler de, klarer den Primære Kontaktperson deres opgaver.

En Ekstra Lokation skal stå på listen over godkendte lokationer, som den Oprindelige Lokations Primære Kontaktperson \
fører. Står den der ikke endnu, bliver tilmeldingen ikke afvist: Den venter, til lokationen er føjet til.

I Danmark skal ingen skrive under på papir. En IBM-konsulent vedrørende fornyelse godkender tilmeldingen, sender den \
tilbage med et spørgsmål eller afviser den med en begrundelse. Jeres autoriserede IBM Business Partner kan gøre det \
hele for jer med en dateret fuldmagt. Forbered gerne en overførsel imens: Den sover og vågner af sig selv, når \
lokationen findes.""",
    ),
    "agreements-and-forms": Page(
        "Aftaler og formularer",
        "Hvad aftalen afgør, hvad en lokationsformular er til, og hvor formularen til overførsel findes.",
        """En aftale har ét nummer, én årsdag og ét prisniveau, og alle dens lokationer er fælles om dem. Køb på \
Express har ingen aftale: Hvert køb står på de vilkår, det blev gjort under.

Tilmeldingsformularen åbner eller ændrer en lokation. Formularen til overførsel flytter licenser; den kan udfyldes \
her linje for linje eller hentes som regneark, udfyldes og sendes ind. Begge veje fører til de samme kontroller og \
den samme afgørelse.

Aftaleteksterne er IBM's og findes hos IBM. Det, der står på disse sider, forklarer, hvordan portalen virker, og \
træder ikke i stedet for dem.""",
    ),
    "subscription-and-support": Page(
        "Programabonnement og Support",
        "Hvad det første år rummer, hvornår det slutter, og hvad der sker, hvis det får lov at udløbe.",
        """En licens købes med Programabonnement og Support: nye versioner, rettelser og teknisk hjælp. Den første \
dækningsperiode begynder på købsdagen og varer et år, til udgangen af en måned.

På Express fornyes hver linje i tolv måneder fra sin egen dato. Under en aftale bringes alle linjer til årsdagen: En \
linje, der slutter på en anden dag, fornyes for månederne frem til næste årsdag mod forholdsmæssig betaling, og \
derefter følger den de andre.

En linje, der flytter, beholder den dækning, der er betalt for. Slutter den før årsdagen, dækker et overgangstilbud \
månederne imellem, så ingen dag står åben, og ingen bliver betalt to gange.

Programabonnement og Support dækker alt eller intet af et produkt, I bruger. Dækning, der er udløbet, kan ikke \
fornyes: Det kræver en genoptagelse, som koster mere, end fornyelsen ville have gjort. En linje, der flytter efter \
udløb, er fortsat udløbet.""",
    ),
    "how-to-buy": Page(
        "Sådan køber du",
        "Licenser kommer fra jeres forhandler eller fra IBM; fornyelser kommer som ét tilbud om året.",
        """Nye licenser købes hos en autoriseret IBM Business Partner eller hos IBM. Oplys lokationens nummer ved \
bestillingen: Det afgør, hvilken aftale licenserne hører til, og hvor deres point tælles.

Fornyelserne kommer til jer. Halvfems dage før årsdagen samler et tilbud om fornyelse alle aftalens linjer med \
prisniveau og point. Den Primære eller den administrative kontaktperson siger ja eller nej til det her, eller \
forhandleren gør det med fuldmagt.

Prisen på en ordre følger det bedste af to niveauer: det, aftalen har optjent, og det, ordren selv når. Priserne i \
denne portal er opdigtede til demonstration og uden moms.""",
    ),
    "faq": Page(
        "Ofte stillede spørgsmål",
        "Må jeg nøjes med at flytte nogle licenser? Hvad mister jeg? Kan det fortrydes?",
        """Må jeg nøjes med at flytte nogle af mine licenser? Ja, i hele enheder og når det passer dig. Flytter du kun \
en del af et produkts antal, bliver du spurgt hvorfor, for Programabonnement og Support skal dække alt eller intet.

Mister jeg dækning, jeg har betalt for? Nej. Ordrereference, købsdato og dækningsperiodens slutning følger med.

Får jeg point for at flytte? Ikke for selve flytningen. Den første fornyelse af en flyttet linje under aftalen giver \
point. Ordrer på Express giver ingen.

Hvad kan ikke flyttes? Linjer, som en opgradering ved trade-up har erstattet, varer, der ikke hører til i Passport \
Advantage, og alt, der skal til en anden Virksomhed: Det er en overdragelse, og den kræver IBM's skriftlige samtykke.

Hvem skal sige ja? Den Primære Kontaktperson for hver af lokationerne; er det samme person, siger hun ja én gang. Så \
afgør en IBM-konsulent vedrørende fornyelse sagen, og aldrig en, der selv har lavet anmodningen.

Kan det fortrydes? Inden for tredive dage efter gennemførelsen, medmindre der er bygget videre på det med en \
fornyelse eller en ny flytning. Portalen viser, hvad der står i vejen.""",
    ),
    "support": Page(
        "Support",
        "Tekniske spørgsmål om et program går til IBM Support, spørgsmål om en sag stilles her.",
        """Teknisk hjælp til et program fås hos IBM Support og kræver løbende Programabonnement og Support. Hav \
lokationens nummer og IBM-kundenummeret klar; begge står på lokationens side og på hvert licensbevis.

Har du spørgsmål til en anmodning, en tilmelding eller et tilbud, så åbn sagen: Den siger, hvor den står, hvis tur \
det er, og hvad der er i vejen. "Afvist af en regel" fortæller, hvordan det rettes, "afvist af en person" giver \
begrundelsen, og en teknisk fejl er vores at udbedre: Intet er udført halvt.""",
    ),
    "handbook": Page(
        "Håndbog",
        "Ordene og reglerne, som portalen arbejder efter, på én side.",
        """En Virksomhed er en gruppe selskaber, der er knyttet sammen ved ejerskab over 50 %. Hvert selskab er kunde \
her, og licenser flytter kun inden for samme Virksomhed. En aftale har én Oprindelig Lokation og et vilkårligt antal \
Ekstra Lokationer.

En periode løber fra årsdag til årsdag. Alle lokationers point i perioden afgør niveauet: D fra 500 point, E fra \
1.000, F fra 2.500, G fra 5.000 og H fra 10.000; derunder er det BL. På årsdagen følger niveauet det, perioden har \
optjent, men falder højst ét trin.

Antal og point føres i regnskaber, hvor intet nogensinde ændres eller slettes. En rettelse er en ny postering, så \
hvert tal kan vises, som det var på en hvilken som helst dato.

Hvor de offentlige regler tier, har portalen valgt et svar; sider, der bruger et sådant, skriver "antagelse".""",
    ),
    "ecustomer-care": Page(
        "eCustomer Care",
        "Skranken for adgang, kontaktpersoner og numre, der ikke passer.",
        """Henvend dig til eCustomer Care, når en lokation har forkert adresse eller kontaktperson, når en medarbejder \
er holdt op, og ingen andre kan give adgang, eller når et IBM-kundenummer eller en ordre ikke står, hvor det skal.

Fortæl, hvilken lokation det drejer sig om, hvad du ser, og hvad du ventede at se. Kontaktpersoner føres med datoer, \
så en stedfortræder kan træde til for en tid, og en tidligere kontaktperson mister sin adgang på den aftalte dag.""",
    ),
    "passport-advantage-online": Page(
        "Hjælp til Passport Advantage Online",
        "Programmer, ordreudtræk og rapporter fra IBM's egen portal, og hvordan de kommer herind.",
        """Programmer hentes, og ordrer og rapporter trækkes ud, i IBM's Passport Advantage Online. Log på der med det \
IBMid, som jeres Primære Kontaktperson har givet adgang.

Et udtræk af ordrer kan bringes med herind. Overskrifter genkendes i flere stavemåder, på engelsk og dansk, med \
komma, semikolon eller tabulator mellem felterne. Du ser, hvordan hver kolonne er forstået, før noget gemmes, og hver \
række, der ikke kunne læses, står på en liste med sin grund.""",
    ),
    "lifecycle": Page(
        "Produkternes levetid",
        "Hvor længe en version understøttes, og hvad du bør gøre, før det hører op.",
        """Hver programversion har en dato, hvor supporten ophører. Derefter giver Programabonnement og Support stadig \
ret til en nyere version, men rettelser til den gamle fås kun, hvor der sælges udvidet support.

Slå datoerne op hos IBM, før I fornyer eller flytter licenser. Er et produkt afløst af et andet, så spørg først jeres \
IBM-konsulent vedrørende fornyelse om et trade-up: Når en linje først er erstattet, kan den ikke flyttes.""",
    ),
    "shopzseries": Page(
        "ShopzSeries",
        "Programmer til IBM Z bestilles et andet sted og under andre aftaler.",
        """De fleste programmer til z/OS bestilles og vedligeholdes gennem ShopzSeries og hører ikke under en Passport \
Advantage-aftale. De licenser finder du ikke her, og de giver ingen point.

Programmer til IBM Z, der sælges under Passport Advantage, for eksempel pr. Virtual Processor Core, er almindelige \
linjer og flytter som alle andre.""",
    ),
    "news": Page(
        "Nyheder",
        "Hvad der er nyt i portalen, og hvad det betyder for dig.",
        """Ét tilbud om året. Linjer, der er flyttet, føres frem til den nye aftales årsdag. Tilbuddet om fornyelse \
viser hver linje med måneder, pris og point, og hvert tal kan åbnes, så man ser reglen bag.

Formularer med mange rækker. En formular til overførsel må have én række eller mange tusind. Hver række kontrolleres \
for sig, og rækker, der ikke gik igennem, kommer retur som regneark, så de kan rettes og sendes igen.

Kontaktet i tide. Kunder på Express kan bede om at blive kontaktet ved næste meddelelse om fornyelse i stedet for at \
bestemme sig i dag.""",
    ),
    "contact": Page(
        "Kontakt",
        "Hvem der svarer: jeres forhandler, jeres konsulent eller eCustomer Care.",
        """Jeres autoriserede IBM Business Partner kender jeres ordrer og kan handle for jer, når I har givet \
fuldmagt. Landets IBM-konsulent vedrørende fornyelse afgør anmodninger og svarer på spørgsmål om tilbud.

Er I på Express, og vil I hellere vente, så skriv navn og adresse under "Bed om at blive kontaktet". Før jeres næste \
meddelelse om fornyelse viser en konsulent jer begge veje side om side. Intet flytter, før I beder om det.""",
    ),
}
