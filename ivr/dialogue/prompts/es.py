"""Everything said in Spanish: enough by the bot to hand the caller over, and all that the line says from then on."""

PROMPTS: dict[str, tuple[str, ...]] = {
    "person.language": ("Un momento, por favor, le comunico con una persona.",),
    "person.asked": ("Claro, le comunico con una persona.",),
    "person.upset": ("Lo siento mucho, le comunico con una persona ahora mismo.",),
}

LINE: dict[str, str] = {
    "one_moment": "Un momento, por favor.",
    "goodbye": "Gracias por llamar. Hasta luego.",
    "parting": "Su llamada con nuestro agente ha terminado. Si ya está todo, gracias por llamar, puede colgar. "
    "Si se cortó, no cuelgue y le comunico de nuevo.",
    # --- the queue ---
    "queue.next": "La próxima llamada que atendemos es la suya.",
    "queue.place": "Su llamada es la número {place} en la fila.",
    "queue.wait": "Últimamente, en casos como el suyo, la espera ha sido de {wait}.",
    "queue.zero": "Si prefiere que le llamemos, oprima cero.",
    # --- nobody is free ---
    "offers.busy": "Lo siento. En este momento no hay nadie libre para atenderle.",
    "offers.closed": "Lo siento. En este momento está cerrado. Abrimos {opens}.",
    "offers.choice": "Oprima uno y le llamamos. Oprima dos para dejar un mensaje.",
    # --- the call-back ---
    "call_back.own": "Le llamaremos al {number}, y usted conserva su lugar en la fila.",
    "call_back.own_choice": "Si es correcto, oprima uno. Para otro número, dos. Para dejar un mensaje, tres.",
    "call_back.key": "Marque el número al que debemos llamar y después oprima la tecla de número.",
    "call_back.wrong": "A ese número no podemos llamar.",
    "call_back.refused": "Lo siento, hoy no puedo prometer otra llamada a ese número. "
    "Para otro número, oprima uno, o espere para dejar un mensaje.",
    "call_back.confirm": "Tengo el {number}. Si es correcto, oprima uno. Para marcarlo de nuevo, oprima dos.",
    "call_back.booked": "Gracias. Le llamaremos en cuanto llegue su turno. Hasta luego.",
    "call_back.booked_closed": "Gracias. Le llamaremos cuando abramos, {opens}. Hasta luego.",
    "call_back.hello": "Hola. Le devolvemos la llamada que nos pidió. Se graba. Un momento, le comunico.",
    "call_back.hello_from": "Hola. Es la llamada de {company} que usted nos pidió. Se graba. Un momento, le comunico.",
    "call_back.missed": "Lo siento, nuestro colega ya no está. Le llamaremos de nuevo. Hasta luego.",
    # --- brought into a call from outside ---
    "transfer.recorded": "Antes de empezar: esta llamada se graba.",
    # --- the message ---
    "message.ask": "Lo siento, en este momento no hay nadie libre. Deje su mensaje después del tono y le llamaremos. "
    "Al terminar, oprima la tecla de número.",
    "message.thanks": "Gracias. Tenemos su mensaje y le llamaremos. Hasta luego.",
    "message.none": "Puede llamarnos de nuevo cuando quiera. Hasta luego.",
    # --- a fault of ours ---
    "fault.person": "Lo siento, algo falló de nuestra parte. Le comunico con una persona.",
    "fault.message": "Lo siento, tenemos una falla. Deje su nombre, su número y su mensaje después del tono, "
    "y una persona le llamará.",
}
