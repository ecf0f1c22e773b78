// Required first of all by the app's main file: starts the backend with the app.
'use strict';

require('./app.js').startWithApp();
